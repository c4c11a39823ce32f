{{- define "limits" -}}
{{- range . }}
{{- if hasPrefix "Required" . }}required
{{- else if not (hasPrefix "Optional" .) }}`{{ . | replace "|" "\\|" | replace "\n" " " | replace "`" "" }}`{{ end }} {{ end -}}
{{- end -}}
