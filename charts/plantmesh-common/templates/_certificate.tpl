{{- /* Asks cert-manager for the Secret that a component's TLS is read from; without an issuer somebody else makes it. */ -}}
{{- define "plantmesh-common.certificate" -}}
{{- $part := . -}}
{{- $manager := .root.Values.tls.certManager -}}
{{- if and (include "plantmesh-common.tls" .) $manager.issuerRef.name }}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: {{ include "plantmesh-common.name" . }}
  labels:
    {{- include "plantmesh-common.labels" . | nindent 4 }}
spec:
  secretName: {{ include "plantmesh-common.tls-secret" . | quote }}
  # The names it is called by: of its gRPC, and of its graph.
  dnsNames:
    - {{ include "plantmesh-common.host" (dict "root" .root "of" .name) }}
    {{- if .graphed }}
    - {{ include "plantmesh-common.host" (dict "root" .root "of" (printf "%s-graph" .name)) }}
    {{- end }}
  usages: [digital signature, server auth, client auth]
  privateKey: {algorithm: ECDSA, size: 256, rotationPolicy: Always}
  duration: {{ $manager.duration | quote }}
  renewBefore: {{ $manager.renewBefore | quote }}
  revisionHistoryLimit: 1
  issuerRef:
    {{- toYaml $manager.issuerRef | nindent 4 }}
{{- end }}
{{- end -}}
