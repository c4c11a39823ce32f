{{/* Labels by which a component's pods are selected; call it with (list . "component"). */}}
{{- define "jupyterhub.selector" -}}
app.kubernetes.io/name: jupyterhub
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* Labels of a component's objects. */}}
{{- define "jupyterhub.labels" -}}
{{ include "jupyterhub.selector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
{{- /* A plus sign, which Flux puts into versions, is no part of a label. */}}
helm.sh/chart: {{ (index . 0).Chart.Name }}-{{ (index . 0).Chart.Version | replace "+" "_" }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
{{- end }}
