{{- /* Exactly the edges that a component's settings need; default-deny.yaml closes all others. */ -}}
{{- define "plantmesh-common.networkpolicy" -}}
{{- $part := . -}}{{- $root := .root -}}
{{- if $root.Values.networkPolicy.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "plantmesh-common.name" . }}
  labels:
    {{- include "plantmesh-common.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "plantmesh-common.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- include (printf "plantmesh-common.ingress.%s" .facts.kind) . | nindent 4 }}
  egress:
    {{- include "plantmesh-common.egress.dns" $root | nindent 4 }}
    {{- if eq .facts.kind "service" }}
    {{- include "plantmesh-common.egress.stores" $root | nindent 4 }}
    {{- end }}
    {{- include "plantmesh-common.egress.issuer" . | nindent 4 }}
    {{- include "plantmesh-common.egress.signals" $root | nindent 4 }}
    {{- range .facts.calls }}
    {{- include "plantmesh-common.egress.component" (dict "root" $root "of" . "port" 50051) | nindent 4 }}
    {{- end }}
    {{- range .graphs }}
    {{- include "plantmesh-common.egress.component" (dict "root" $root "of" . "port" 8080) | nindent 4 }}
    {{- end }}
    {{- range .spec.egress }}
    - to:
        {{- toYaml .to | nindent 8 }}
      ports:
        {{- range .ports }}
        - {protocol: TCP, port: {{ int . }}}
        {{- end }}
    {{- end }}
{{- end }}
{{- end -}}

{{- define "plantmesh-common.ingress.service" -}}
{{- $part := . -}}
{{- with .callers }}
- from:
    {{- range . }}
    {{- include "plantmesh-common.peer" (dict "root" $part.root "of" .) | nindent 4 }}
    {{- end }}
  ports:
    - {protocol: TCP, port: 50051}
{{- end }}
{{- with .root.Values.networkPolicy.operators }}
- from:
    {{- toYaml . | nindent 4 }}
  ports:
    - {protocol: TCP, port: 50051}
{{- end }}
{{- if .graphed }}
- from:
    {{- include "plantmesh-common.peer" (dict "root" .root "of" "gateway") | nindent 4 }}
  ports:
    - {protocol: TCP, port: 8080}
{{- end }}
{{- include "plantmesh-common.ingress.scraped" (dict "root" .root "port" 9090) }}
{{- end -}}

{{- define "plantmesh-common.ingress.gateway" -}}
{{- $part := . -}}
- from:
    {{- toYaml .root.Values.networkPolicy.clients | nindent 4 }}
    {{- range .callers }}
    {{- include "plantmesh-common.peer" (dict "root" $part.root "of" .) | nindent 4 }}
    {{- end }}
  ports:
    - {protocol: TCP, port: 8080}
{{- include "plantmesh-common.ingress.scraped" (dict "root" .root "port" 8081) }}
{{- end -}}

{{- define "plantmesh-common.ingress.scraped" -}}
{{- if .root.Values.monitoring.serviceMonitor }}
- from:
    {{- toYaml .root.Values.monitoring.peers | nindent 4 }}
  ports:
    - {protocol: TCP, port: {{ .port }}}
{{- end }}
{{- end -}}

{{- define "plantmesh-common.egress.dns" -}}
- to:
    {{- toYaml .Values.networkPolicy.dns | nindent 4 }}
  ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
{{- end -}}

{{- define "plantmesh-common.egress.stores" -}}
{{- include "plantmesh-common.egress.outside" (dict "peers" .Values.database.peers "ports" (list .Values.database.port)) }}
{{ include "plantmesh-common.egress.outside" (dict "peers" .Values.redis.peers "ports" (list .Values.redis.port)) }}
{{- end -}}

{{- define "plantmesh-common.egress.issuer" -}}
{{- $identity := .root.Values.identity -}}
{{- $urls := list $identity.jwksUrl -}}
{{- if .facts.calls }}{{ $urls = append $urls ($identity.tokenUrl | default $identity.issuer) }}{{ end -}}
{{- include "plantmesh-common.egress.outside" (dict "peers" $identity.peers "ports" (include "plantmesh-common.url-ports" $urls | fromJsonArray)) -}}
{{- end -}}

{{- define "plantmesh-common.egress.signals" -}}
{{- with .Values.signals -}}
{{- if .otlpEndpoint -}}
{{- include "plantmesh-common.egress.outside" (dict "peers" .peers "ports" (include "plantmesh-common.url-ports" (list .otlpEndpoint) | fromJsonArray)) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Without peers anywhere, at these ports alone. */ -}}
{{- define "plantmesh-common.egress.outside" -}}
- ports:
    {{- range .ports }}
    - {protocol: TCP, port: {{ int . }}}
    {{- end }}
  {{- with .peers }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "plantmesh-common.egress.component" -}}
- to:
    {{- include "plantmesh-common.peer" . | nindent 4 }}
  ports:
    - {protocol: TCP, port: {{ .port }}}
{{- end -}}

{{- define "plantmesh-common.peer" -}}
- podSelector:
    matchLabels:
      {{- include "plantmesh-common.selector" (dict "root" .root "name" .of) | nindent 6 }}
{{- end -}}

{{- /* The ports of URLs as a JSON list, each once. */ -}}
{{- define "plantmesh-common.url-ports" -}}
{{- $ports := list -}}
{{- range . -}}
{{- $url := urlParse . -}}
{{- $named := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $ports = append $ports (int ($named | default (ternary "443" "80" (eq $url.scheme "https")))) -}}
{{- end -}}
{{- uniq $ports | toJson -}}
{{- end -}}
