{{- /* Everything that one component of the platform is made of. */ -}}
{{- define "plantmesh-common.component" -}}
---
{{ include "plantmesh-common.serviceaccount" . }}
---
{{ include "plantmesh-common.workload" . }}
{{- include "plantmesh-common.services" . }}
{{- include "plantmesh-common.scaling" . }}
{{- include "plantmesh-common.networkpolicy" . }}
{{- include "plantmesh-common.certificate" . }}
{{- include "plantmesh-common.servicemonitor" . }}
{{- end -}}

{{- define "plantmesh-common.serviceaccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "plantmesh-common.name" . }}
  labels:
    {{- include "plantmesh-common.labels" . | nindent 4 }}
automountServiceAccountToken: false
{{- end -}}
