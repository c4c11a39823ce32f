{{- define "type" -}}
{{- if markdownShouldRenderType . }}
### {{ .Name }}

{{ .Doc }}
{{- if .IsAlias }} It is a {{ markdownRenderTypeLink .UnderlyingType }}.{{ end }}
{{- with .SortedReferences }}

Part of{{ range $i, $type := . }}{{ if $i }},{{ end }} {{ markdownRenderTypeLink $type }}{{ end }}.
{{- end }}
{{- if .Members }}

| Field | Description | Default | Limits |
|---|---|---|---|
{{- with .GVK }}
| `apiVersion` *string* | `{{ .Group }}/{{ .Version }}` | | |
| `kind` *string* | `{{ .Kind }}` | | |
{{- end }}
{{- $kind := .GVK }}
{{- range .Members }}{{ if not (and $kind (has .Name (list "kind" "apiVersion"))) }}
| `{{ .Name }}` *{{ markdownRenderType .Type }}* | {{ template "type_members" . }} | {{ markdownRenderDefault .Default }} | {{ template "limits" .Validation }} |
{{- end }}{{ end }}
{{- end }}
{{- if .EnumValues }}

| Value | Meaning |
|---|---|
{{- range .EnumValues }}
| `{{ .Name }}` | {{ markdownRenderFieldDoc .Doc | replace "<br />" " " }} |
{{- end }}
{{- end }}
{{ end }}
{{- end -}}
