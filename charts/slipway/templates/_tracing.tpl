{{/* What both Deployments need so that their spans are sent: an argument, a mount and a volume. */}}
{{- define "slipway.tracingArgument" -}}
{{- if .Values.monitoring.tracing.endpoint -}}
- --tracing-config-file=/etc/slipway/tracing/tracing.yaml
{{- end }}
{{- end }}

{{- define "slipway.tracingMount" -}}
{{- if .Values.monitoring.tracing.endpoint -}}
volumeMounts:
  - name: tracing
    mountPath: /etc/slipway/tracing
    readOnly: true
{{- end }}
{{- end }}

{{- define "slipway.tracingVolume" -}}
{{- if .Values.monitoring.tracing.endpoint -}}
volumes:
  - name: tracing
    configMap:
      name: slipway-tracing
{{- end }}
{{- end }}
