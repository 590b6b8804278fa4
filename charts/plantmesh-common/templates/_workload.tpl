{{- /* A Deployment; a StatefulSet where an executor needs a stable name or storage of its own. */ -}}
{{- define "plantmesh-common.workload" -}}
{{- $stable := .facts.stable -}}
apiVersion: apps/v1
kind: {{ ternary "StatefulSet" "Deployment" (default false $stable) }}
metadata:
  name: {{ include "plantmesh-common.name" . }}
  labels:
    {{- include "plantmesh-common.labels" . | nindent 4 }}
spec:
  {{- if eq .spec.autoscaling.kind "none" }}
  replicas: {{ int .spec.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      {{- include "plantmesh-common.selector" . | nindent 6 }}
  {{- if $stable }}
  serviceName: {{ include "plantmesh-common.name" . }}
  podManagementPolicy: Parallel
  updateStrategy:
    type: RollingUpdate
  {{- else }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  {{- end }}
  template:
    metadata:
      labels:
        {{- include "plantmesh-common.pod-labels" . | nindent 8 }}
        {{- with .spec.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with include "plantmesh-common.annotations" . }}
      annotations:
        {{- . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "plantmesh-common.pod" . | nindent 6 }}
  {{- with .spec.storage }}
  volumeClaimTemplates:
    - apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        {{- with .className }}
        storageClassName: {{ . | quote }}
        {{- end }}
        resources:
          requests:
            storage: {{ .size | quote }}
  {{- end }}
{{- end -}}

{{- /* A changed file in the release's config restarts who reads it; env does so by being in the template. */ -}}
{{- define "plantmesh-common.annotations" -}}
{{- with .files }}
checksum/config: {{ toJson . | sha256sum }}
{{- end }}
{{- with .spec.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}
