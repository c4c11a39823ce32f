{{- define "type_members" -}}
{{- if eq .Name "metadata" -}}
as every object of Kubernetes has it
{{- else -}}
{{ markdownRenderFieldDoc .Doc | replace "<br />" " " }}
{{- end -}}
{{- end -}}
