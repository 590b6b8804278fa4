{{- /* gRPC balances in the client over every pod's address (headless); HTTP through one address that kube-proxy spreads. */ -}}
{{- define "plantmesh-common.services" -}}
{{- $part := . -}}
{{- $ports := include "plantmesh-common.ports" . | fromYamlArray -}}
{{- if eq .facts.kind "gateway" }}
---
{{ include "plantmesh-common.service" (dict "part" $part "suffix" "" "headless" false "ports" $ports) }}
{{- else }}
{{- $inside := list }}{{ $graph := list }}
{{- range $ports }}
{{- if eq .name "graph" }}{{ $graph = append $graph . }}{{ else }}{{ $inside = append $inside . }}{{ end }}
{{- end }}
---
{{ include "plantmesh-common.service" (dict "part" $part "suffix" "" "headless" true "ports" $inside) }}
{{- if not .facts.edge }}
---
{{ include "plantmesh-common.service" (dict "part" $part "suffix" "-graph" "headless" false "ports" $graph) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "plantmesh-common.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "plantmesh-common.name" .part }}{{ .suffix }}
  labels:
    {{- include "plantmesh-common.labels" .part | nindent 4 }}
    plantmesh.dev/scrape: {{ ternary "no" "yes" (eq .suffix "-graph") | quote }}
spec:
  type: ClusterIP
  {{- if .headless }}
  clusterIP: None
  {{- end }}
  selector:
    {{- include "plantmesh-common.selector" .part | nindent 4 }}
  ports:
    {{- range .ports }}
    - name: {{ .name }}
      port: {{ int .port }}
      targetPort: {{ .name }}
      appProtocol: {{ .appProtocol }}
    {{- end }}
{{- end -}}
