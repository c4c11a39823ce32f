{{/*
Where both processes find their serving certificates. SelfManaged: in Secrets that they follow through the API, because the
manager makes them itself, after its pod has started. Otherwise: in mounted files, which they follow too.
*/}}
{{- define "slipway.managerCertificateArgs" -}}
{{- if eq .Values.certificates.mode "SelfManaged" -}}
- --manage-certificates
- --system-namespace={{ .Release.Namespace }}
- --webhook-cert-secret=slipway-webhook-certificate
{{- else -}}
- --webhook-cert-dir=/etc/slipway/webhook
{{- end }}
{{- end }}

{{- define "slipway.apiserverCertificateArgs" -}}
{{- if eq .Values.certificates.mode "SelfManaged" -}}
- --tls-cert-secret=slipway-apiserver-certificate
{{- else -}}
- --tls-cert-file=/etc/slipway/serving/tls.crt
- --tls-private-key-file=/etc/slipway/serving/tls.key
{{- end }}
{{- end }}

{{- define "slipway.certificateMount" -}}
{{- if ne .root.Values.certificates.mode "SelfManaged" -}}
volumeMounts:
  - name: certificate
    mountPath: {{ .path }}
    readOnly: true
{{- end }}
{{- end }}

{{- define "slipway.certificateVolume" -}}
{{- if ne .root.Values.certificates.mode "SelfManaged" -}}
volumes:
  - name: certificate
    secret:
      secretName: {{ .secret }}
{{- end }}
{{- end }}
