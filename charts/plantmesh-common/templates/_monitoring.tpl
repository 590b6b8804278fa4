{{- /* job is service.namespace/service.name, as OpenTelemetry tells Prometheus when metrics are pushed. */ -}}
{{- define "plantmesh-common.servicemonitor" -}}
{{- $monitoring := .root.Values.monitoring -}}
{{- if $monitoring.serviceMonitor }}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: {{ include "plantmesh-common.name" . }}
  labels:
    {{- include "plantmesh-common.labels" . | nindent 4 }}
    {{- with $monitoring.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels:
      {{- include "plantmesh-common.selector" . | nindent 6 }}
      plantmesh.dev/scrape: "yes"
  endpoints:
    - port: {{ ternary "health" "metrics" (eq .facts.kind "gateway") }}
      path: /metrics
      interval: {{ $monitoring.interval | quote }}
      relabelings:
        - {targetLabel: job, replacement: plantmesh/{{ .name }}}
        - {sourceLabels: [__meta_kubernetes_pod_name], targetLabel: instance}
{{- end }}
{{- end -}}
