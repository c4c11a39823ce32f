{{/* The chart's own labels, for every object. */}}
{{- define "slipway.labels" -}}
{{- $own := dict
  "helm.sh/chart" (printf "%s-%s" .Chart.Name (replace "+" "_" .Chart.Version))
  "app.kubernetes.io/managed-by" .Release.Service
  "app.kubernetes.io/instance" .Release.Name
  "app.kubernetes.io/version" .Chart.AppVersion
  "app.kubernetes.io/part-of" "slipway" -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.commonLabels) $own) }}
{{- end }}

{{/* Labels of one of the two Deployments and what belongs to it. Call with a dict of root and name. */}}
{{- define "slipway.componentLabels" -}}
app.kubernetes.io/name: {{ .name }}
{{ include "slipway.labels" .root }}
{{- end }}
