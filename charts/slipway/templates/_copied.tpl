{{/*
Objects that are the same in the chart and under config/, from where hack/update-chart.sh copies them: they move into the
release's namespace and get the chart's labels. Call with a dict of root, file and, as needed,

  namespace    where the objects lie, for those that name none
  labels       more labels
  annotations  more annotations
  caBundle     the authority, in base64, that signs the certificates of the webhooks, or of the APIService
*/}}
{{- define "slipway.copied" -}}
{{- $root := .root }}
{{- $call := . }}
{{- $labels := mergeOverwrite (deepCopy (default dict .labels)) (include "slipway.labels" $root | fromYaml) }}
{{- $text := $root.Files.Get .file | required (printf "the chart lacks its file %s" .file) }}
{{- range $document := regexSplit "(?m)^---$" ($text | replace "slipway-system" $root.Release.Namespace) -1 }}
{{- $object := fromYaml $document }}
{{- if $object }}
{{- $metadata := get $object "metadata" }}
{{- $_ := set $metadata "labels" (mergeOverwrite (dict) (default dict (get $metadata "labels")) $labels) }}
{{- with $call.namespace }}
{{- $_ := set $metadata "namespace" . }}
{{- end }}
{{- with $call.annotations }}
{{- $_ := set $metadata "annotations" (mergeOverwrite (dict) (default dict (get $metadata "annotations")) .) }}
{{- end }}
{{- with $call.caBundle }}
{{- range $webhook := $object.webhooks }}
{{- $_ := set $webhook.clientConfig "caBundle" $call.caBundle }}
{{- end }}
{{- if eq $object.kind "APIService" }}
{{- $_ := set $object.spec "caBundle" . }}
{{- end }}
{{- end }}
---
{{ toYaml $object }}
{{- end }}
{{- end }}
{{- end }}
