{{/* The pod of a hook that runs the CLI. Call with a dict of root, name, and arguments. */}}
{{- define "slipway.cliPod" -}}
serviceAccountName: {{ .name }}
restartPolicy: Never
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "slipway.podSecurity" .root | nindent 2 }}
containers:
  - name: slipway
    image: {{ include "slipway.image" (dict "root" .root "repository" .root.Values.cli.repository) }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args:
      {{- toYaml .arguments | nindent 6 }}
    resources:
      requests:
        cpu: 10m
        memory: 32Mi
      limits:
        memory: 256Mi
    securityContext:
      {{- include "slipway.containerSecurity" .root | nindent 6 }}
{{- end }}
