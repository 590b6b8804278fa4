{{- define "plantmesh-common.pod" -}}
{{- $part := . -}}
serviceAccountName: {{ include "plantmesh-common.name" . }}
automountServiceAccountToken: {{ default false .facts.token }}
# Kubernetes would tell PLANTMESH_ERP_PORT=tcp://... of its own accord.
enableServiceLinks: false
terminationGracePeriodSeconds: {{ include "plantmesh-common.grace" . }}
securityContext:
  {{- include "plantmesh-common.pod-security" .root | nindent 2 }}
{{ include "plantmesh-common.pull-secrets" .root }}
{{- with .spec.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .spec.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .spec.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- range tuple "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "plantmesh-common.selector" $part | nindent 8 }}
    {{- if not $part.facts.stable }}
    matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
containers:
  - name: {{ .name }}
    image: {{ include "plantmesh-common.image" . | quote }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    {{- if eq .facts.kind "service" }}
    # The image's entry point is python -m.
    args: [services.{{ .facts.module | default .name }}]
    {{- end }}
    securityContext:
      {{- include "plantmesh-common.container-security" . | nindent 6 }}
    env:
      {{- include (printf "plantmesh-common.env.%s" .facts.kind) . | nindent 6 }}
    ports:
      {{- include "plantmesh-common.container-ports" . | nindent 6 }}
    {{- include "plantmesh-common.probes" . | nindent 4 }}
    resources:
      {{- toYaml .spec.resources | nindent 6 }}
    volumeMounts:
      {{- include "plantmesh-common.mounts" . | nindent 6 }}
volumes:
  {{- include "plantmesh-common.volumes" . | nindent 2 }}
{{- end -}}

{{- /* Serving on until balancers know, then all parts together; what is late is killed, and safe to find. */ -}}
{{- define "plantmesh-common.grace" -}}
{{- add (int (ceil .spec.unreadySeconds)) (int (ceil .spec.drainSeconds)) 5 -}}
{{- end -}}

{{- /* PodSecurity "restricted", and a user that owns nothing in the image. */ -}}
{{- define "plantmesh-common.pod-security" -}}
runAsNonRoot: true
runAsUser: {{ int .Values.security.user }}
runAsGroup: {{ int .Values.security.user }}
fsGroup: {{ int .Values.security.user }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "plantmesh-common.container-security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- /* The health port answers grpc.health.v1 in a service and HTTP in the gateway; liveness looks at nothing else. */ -}}
{{- define "plantmesh-common.probes" -}}
{{- $gateway := eq .facts.kind "gateway" -}}
{{- $pace := dict
      "startup" (dict "periodSeconds" 2 "failureThreshold" (int .spec.startupTries))
      "readiness" (dict "periodSeconds" 5 "failureThreshold" 2)
      "liveness" (dict "periodSeconds" 10 "failureThreshold" 6) -}}
{{- range $probe, $timing := $pace }}
{{ $probe }}Probe:
  {{- if $gateway }}
  httpGet:
    path: /{{ $probe }}
    port: health
  {{- else }}
  grpc:
    port: 8081
    service: {{ $probe }}
  {{- end }}
  timeoutSeconds: 3
  {{- toYaml $timing | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "plantmesh-common.container-ports" -}}
{{- range include "plantmesh-common.ports" . | fromYamlArray }}
- name: {{ .name }}
  containerPort: {{ int .port }}
{{- end }}
{{- end -}}

{{- /* The one list of ports: container, Service, NetworkPolicy, env and probes take theirs from here. */ -}}
{{- define "plantmesh-common.ports" -}}
{{- if eq .facts.kind "gateway" -}}
- {name: http, port: 8080, appProtocol: http}
- {name: health, port: 8081, appProtocol: http}
{{- else -}}
{{- $tls := eq "yes" (include "plantmesh-common.tls" .) -}}
- {name: grpc, port: 50051, appProtocol: {{ ternary "https" "kubernetes.io/h2c" $tls }}}
- {name: graph, port: 8080, appProtocol: {{ ternary "https" "http" $tls }}}
- {name: health, port: 8081, appProtocol: kubernetes.io/h2c}
- {name: metrics, port: 9090, appProtocol: http}
{{- end -}}
{{- end -}}

{{- define "plantmesh-common.pull-secrets" -}}
{{- with .Values.image.pullSecrets -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end -}}
