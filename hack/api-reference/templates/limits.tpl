{{- define "limits" -}}
{{- range . }}
{{- if hasPrefix "Required" . }}required
{{- else if not (hasPrefix "Optional" .) }}{{ markdownRenderFieldDoc . }}{{ end }} {{ end -}}
{{- end -}}
