{{- /* What a container finds besides its image. */ -}}
{{- define "plantmesh-common.mounts" -}}
- name: tmp
  mountPath: /tmp
{{- include "plantmesh-common.database-mounts" . }}
{{- if include "plantmesh-common.redis-ca" . }}
- name: redis-ca
  mountPath: /etc/plantmesh/redis
  readOnly: true
{{- end }}
{{- include "plantmesh-common.tls-mounts" . }}
{{- if and .root.Values.audit.existingClaim (eq .facts.kind "service") }}
- name: audit
  mountPath: /var/lib/plantmesh/audit
{{- end }}
{{- if .spec.storage }}
- name: data
  mountPath: /var/lib/plantmesh/data
{{- end }}
{{- if .files }}
- name: files
  mountPath: /etc/plantmesh/files
  readOnly: true
{{- end }}
{{- end -}}

{{- define "plantmesh-common.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- include "plantmesh-common.database-volumes" . }}
{{- if include "plantmesh-common.redis-ca" . }}
- name: redis-ca
  secret:
    secretName: {{ .root.Values.redis.existingCaSecret | quote }}
    items:
      - {key: ca.crt, path: ca.crt}
{{- end }}
{{- include "plantmesh-common.tls-volumes" . }}
{{- if and .root.Values.audit.existingClaim (eq .facts.kind "service") }}
- name: audit
  persistentVolumeClaim:
    claimName: {{ .root.Values.audit.existingClaim | quote }}
{{- end }}
{{- if .files }}
- name: files
  configMap:
    name: {{ include "plantmesh-common.name" . }}
{{- end }}
{{- end -}}

{{- define "plantmesh-common.database-ca" -}}
{{- if and (eq .facts.kind "service") (hasPrefix "verify-" .root.Values.database.sslMode) }}yes{{ end -}}
{{- end -}}

{{- define "plantmesh-common.redis-ca" -}}
{{- if and (eq .facts.kind "service") .root.Values.redis.tls }}yes{{ end -}}
{{- end -}}

{{- define "plantmesh-common.database-mounts" -}}
{{- if include "plantmesh-common.database-ca" . }}
- name: postgresql-ca
  mountPath: /etc/plantmesh/postgresql
  readOnly: true
{{- end }}
{{- end -}}

{{- define "plantmesh-common.database-volumes" -}}
{{- if include "plantmesh-common.database-ca" . }}
- name: postgresql-ca
  secret:
    secretName: {{ .root.Values.database.existingCaSecret | quote }}
    items:
      - {key: ca.crt, path: ca.crt}
{{- end }}
{{- end -}}

{{- /* Certificate, key and authority of this component; the process takes up what is renewed in the Secret. */ -}}
{{- define "plantmesh-common.tls" -}}
{{- if .root.Values.tls.enabled }}yes{{ end -}}
{{- end -}}

{{- define "plantmesh-common.tls-mounts" -}}
{{- if include "plantmesh-common.tls" . }}
- name: tls
  mountPath: /etc/plantmesh/tls
  readOnly: true
{{- end }}
{{- end -}}

{{- define "plantmesh-common.tls-volumes" -}}
{{- if include "plantmesh-common.tls" . }}
- name: tls
  secret:
    secretName: {{ include "plantmesh-common.tls-secret" . | quote }}
    defaultMode: 0440
{{- end }}
{{- end -}}

{{- define "plantmesh-common.tls-secret" -}}
{{- .spec.existingTlsSecret | default (printf "%s-tls" (include "plantmesh-common.name" .)) -}}
{{- end -}}
