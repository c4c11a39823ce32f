{{- define "gvDetails" -}}
## {{ .GroupVersionString }}

Kinds:{{ range $i, $kind := .SortedKinds }}{{ if $i }},{{ end }} {{ $.TypeForKind $kind | markdownRenderTypeLink }}{{ end }}.
{{ range .SortedKinds }}{{ template "type" ($.TypeForKind .) }}{{ end }}
## Types of fields
{{ range .SortedTypes }}{{ if not .GVK }}{{ template "type" . }}{{ end }}{{ end }}
{{- end -}}
