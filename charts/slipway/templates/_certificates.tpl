{{/*
Both processes read their serving certificates from Secrets of fixed names through the API, and follow them. Who writes these
Secrets is for certificates.mode to say.
*/}}
{{- define "slipway.selfManagedArgs" -}}
{{- with .Values.certificates }}
{{- if eq .mode "SelfManaged" -}}
- --manage-certificates
- --certificate-validity={{ .validity }}
- --certificate-renew-before={{ .renewBefore }}
- --authority-validity={{ .authorityValidity }}
{{- with .dnsNames }}
- --facade-certificate-names={{ join "," . }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/*
What webhooks or APIService are told of the authority, as arguments of slipway.copied. Call with a dict of root and certificate,
the name of cert-manager's Certificate.
*/}}
{{- define "slipway.trust" -}}
{{- with .root.Values.certificates }}
{{- if eq .mode "CertManager" }}
annotations:
  cert-manager.io/inject-ca-from: {{ $.root.Release.Namespace }}/{{ ternary $.certificate "slipway-ca" (not (empty .certManager.issuerRef)) }}
{{- else if .caBundle }}
caBundle: {{ .caBundle | b64enc }}
{{- end }}
{{- end }}
{{- end }}
