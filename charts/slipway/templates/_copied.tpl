{{/*
Objects that are the same in the chart and under config/, from where hack/update-chart.sh copies them: they move into the
release's namespace and get the chart's labels. Call with a dict of root, file and optionally annotations.
*/}}
{{- define "slipway.copied" -}}
{{- $root := .root }}
{{- $annotations := default dict .annotations }}
{{- $labels := include "slipway.labels" $root | fromYaml }}
{{- $text := $root.Files.Get .file | required (printf "the chart lacks its file %s" .file) }}
{{- range $document := regexSplit "(?m)^---$" ($text | replace "slipway-system" $root.Release.Namespace) -1 }}
{{- $object := fromYaml $document }}
{{- if $object }}
{{- $metadata := get $object "metadata" }}
{{- $_ := set $metadata "labels" (mergeOverwrite (default dict (get $metadata "labels")) $labels) }}
{{- if $annotations }}
{{- $_ := set $metadata "annotations" (mergeOverwrite (default dict (get $metadata "annotations")) $annotations) }}
{{- end }}
---
{{ toYaml $object }}
{{- end }}
{{- end }}
{{- end }}
