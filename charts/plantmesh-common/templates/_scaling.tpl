{{- /* How many pods, and how few at the worst. HPA and KEDA exclude each other by the schema. */ -}}
{{- define "plantmesh-common.scaling" -}}
{{- $name := include "plantmesh-common.name" . -}}
{{- $kind := ternary "StatefulSet" "Deployment" (default false .facts.stable) -}}
{{- $scaling := .spec.autoscaling -}}
{{- if and (ne $scaling.kind "none") (gt (int $scaling.min) (int $scaling.max)) -}}
{{- fail (printf "components.%s.autoscaling: min %d is above max %d" .name (int $scaling.min) (int $scaling.max)) -}}
{{- end }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  labels:
    {{- include "plantmesh-common.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ .spec.maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "plantmesh-common.selector" . | nindent 6 }}
{{- if eq $scaling.kind "hpa" }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $name }}
  labels:
    {{- include "plantmesh-common.labels" . | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: {{ $kind }}, name: {{ $name }}}
  minReplicas: {{ int $scaling.min }}
  maxReplicas: {{ int $scaling.max }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ int $scaling.cpu }}
  behavior:
    scaleDown:
      stabilizationWindowSeconds: 300
{{- else if eq $scaling.kind "keda" }}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ $name }}
  labels:
    {{- include "plantmesh-common.labels" . | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: {{ $kind }}, name: {{ $name }}}
  minReplicaCount: {{ int $scaling.min }}
  maxReplicaCount: {{ int $scaling.max }}
  pollingInterval: 15
  cooldownPeriod: 300
  # Without Prometheus nobody is scaled away.
  fallback:
    failureThreshold: 4
    replicas: {{ int $scaling.min }}
  triggers:
    - type: prometheus
      metricType: AverageValue
      metadata:
        serverAddress: {{ $scaling.prometheus | quote }}
        query: {{ include "plantmesh-common.lag" . | quote }}
        threshold: {{ int $scaling.lag | quote }}
{{- end }}
{{- end -}}

{{- /* Events behind this component's cursors. Each replica reports the same number: the maximum over them. */ -}}
{{- define "plantmesh-common.lag" -}}
max(sum by (instance) (plantmesh_flow_depth{namespace="{{ .root.Release.Namespace }}",job="plantmesh/{{ .name }}",kind="consumer"}))
{{- end -}}
