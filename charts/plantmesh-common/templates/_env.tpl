{{- /* What a process is told. A service's variables are the fields of its settings.py (services/kit/settings.py and
      its own), the gateway's those of gateway/settings.mjs; tests/charts compares both ways. */ -}}

{{- define "plantmesh-common.env.service" -}}
{{- $root := .root -}}{{- $spec := .spec -}}{{- $part := . -}}
- name: PLANTMESH_INSTANCE
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: PLANTMESH_BIND
  value: "0.0.0.0"
{{- range include "plantmesh-common.ports" . | fromYamlArray }}
- name: PLANTMESH_{{ upper .name }}_PORT
  value: {{ .port | toString | quote }}
{{- end }}
{{ include "plantmesh-common.env.database" . }}
- name: PLANTMESH_REDIS_URL
  value: {{ include "plantmesh-common.redis-url" . | quote }}
{{- if $root.Values.redis.password }}
{{ include "plantmesh-common.env.secret" (dict "part" . "env" "PLANTMESH_REDIS_PASSWORD" "key" "redis-password") }}
{{- end }}
{{ include "plantmesh-common.env.identity" . }}
{{- include "plantmesh-common.env.tls" . }}
{{- if .facts.calls }}
{{ include "plantmesh-common.env.secret" (dict "part" . "env" "PLANTMESH_CLIENT_SECRET" "key" "client-secret") }}
{{- with $root.Values.identity.tokenUrl }}
- name: PLANTMESH_TOKEN_URL
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- range .facts.calls }}
- name: PLANTMESH_{{ upper . }}_ADDRESS
  value: {{ printf "dns:///%s:50051" (include "plantmesh-common.host" (dict "root" $root "of" .)) | quote }}
{{- end }}
{{- if .facts.secrets }}
{{ include "plantmesh-common.env.secret" (dict "part" . "env" "PLANTMESH_SECRETS" "key" "secrets" "optional" true) }}
{{- end }}
{{ include "plantmesh-common.env.audit" . }}
{{ include "plantmesh-common.env.signals" . }}
- name: PLANTMESH_POOL_SIZE
  value: {{ int .spec.poolSize | quote }}
{{ include "plantmesh-common.env.life" . }}
{{ include "plantmesh-common.env.settings" . }}
{{- end -}}

{{- define "plantmesh-common.env.gateway" -}}
{{- $root := .root -}}
- name: PLANTMESH_INSTANCE
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: PLANTMESH_BIND
  value: "0.0.0.0"
{{- range include "plantmesh-common.ports" . | fromYamlArray }}
- name: PLANTMESH_{{ upper .name }}_PORT
  value: {{ .port | toString | quote }}
{{- end }}
- name: PLANTMESH_SUBGRAPHS
  value: {{ include "plantmesh-common.subgraphs" . | quote }}
{{ include "plantmesh-common.env.identity" . }}
{{- include "plantmesh-common.env.tls" . }}
{{ include "plantmesh-common.env.signals" . }}
{{ include "plantmesh-common.env.life" . }}
{{ include "plantmesh-common.env.settings" . }}
{{- end -}}

{{- /* Every enabled component that has a graph: erp=https://...:8080/graphql,mes=... */ -}}
{{- define "plantmesh-common.subgraphs" -}}
{{- $root := .root -}}{{- $found := list -}}
{{- $scheme := ternary "https" "http" (eq "yes" (include "plantmesh-common.tls" .)) -}}
{{- range .graphs -}}
{{- $found = append $found (printf "%s=%s://%s:8080/graphql" . $scheme (include "plantmesh-common.host" (dict "root" $root "of" (printf "%s-graph" .)))) -}}
{{- end -}}
{{- join "," $found -}}
{{- end -}}

{{- /* The password stays outside of the URL, where any character would do: libpq reads it. */ -}}
{{- define "plantmesh-common.env.database" -}}
{{- $database := .root.Values.database -}}
{{- $own := .facts.database | default .name -}}
{{- $name := .spec.database.name | default $own -}}
{{- $user := .spec.database.user | default $own -}}
{{- $ca := ternary "&sslrootcert=/etc/plantmesh/postgresql/ca.crt" "" (hasPrefix "verify-" $database.sslMode) -}}
- name: PLANTMESH_DATABASE_URL
  value: {{ printf "postgresql://%s@%s:%d/%s?sslmode=%s%s" $user $database.host (int $database.port) $name $database.sslMode $ca | quote }}
{{ include "plantmesh-common.env.secret" (dict "part" . "env" "PGPASSWORD" "key" "database-password") }}
{{- end -}}

{{- define "plantmesh-common.redis-url" -}}
{{- $redis := .root.Values.redis -}}
{{- $ca := ternary "?ssl_ca_certs=/etc/plantmesh/redis/ca.crt" "" $redis.tls -}}
{{- $who := ternary (printf "%s@" (.spec.redisUser | default "")) "" (not (empty .spec.redisUser)) -}}
{{- printf "%s://%s%s:%d/%d%s" (ternary "rediss" "redis" $redis.tls) $who $redis.host (int $redis.port) (int $redis.database) $ca -}}
{{- end -}}

{{- define "plantmesh-common.env.identity" -}}
{{- with .root.Values.identity }}
- name: PLANTMESH_JWKS_URL
  value: {{ .jwksUrl | quote }}
- name: PLANTMESH_ISSUER
  value: {{ .issuer | quote }}
- name: PLANTMESH_AUDIENCE
  value: {{ .audience | quote }}
{{- end }}
{{- end -}}

{{- define "plantmesh-common.env.tls" -}}
{{- if include "plantmesh-common.tls" . }}
- name: PLANTMESH_TLS_CERT
  value: /etc/plantmesh/tls/tls.crt
- name: PLANTMESH_TLS_KEY
  value: /etc/plantmesh/tls/tls.key
- name: PLANTMESH_TLS_CA
  value: /etc/plantmesh/tls/ca.crt
{{- end }}
{{- end -}}

{{- define "plantmesh-common.env.audit" -}}
{{- $audit := .root.Values.audit -}}
{{- if $audit.sealed }}
{{- include "plantmesh-common.env.secret" (dict "part" . "env" "PLANTMESH_AUDIT_KEY" "key" "audit-key") }}
{{- end }}
{{- if and $audit.sealed (.root.Values.auditor).enabled }}
- name: PLANTMESH_AUDIT_VERIFIED_HOURS
  value: {{ int .root.Values.auditor.verifiedHours | quote }}
{{- end }}
{{- with .spec.auditFormerKeys }}
- name: PLANTMESH_AUDIT_FORMER_KEYS
  value: {{ toJson . | quote }}
{{- end }}
{{- if $audit.existingClaim }}
- name: PLANTMESH_AUDIT_ANCHOR
  value: /var/lib/plantmesh/audit/anchors/{{ .name }}.jsonl
- name: PLANTMESH_AUDIT_ARCHIVE
  value: /var/lib/plantmesh/audit/archive/{{ .name }}
{{- with $audit.keptDays }}
- name: PLANTMESH_AUDIT_KEPT_DAYS
  value: {{ int . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "plantmesh-common.env.signals" -}}
{{- with .root.Values.signals }}
{{- with .otlpEndpoint }}
- name: PLANTMESH_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
- name: PLANTMESH_TRACE_SHARE
  value: {{ .traceShare | quote }}
{{- end }}
{{- end -}}

{{- define "plantmesh-common.env.life" -}}
- name: PLANTMESH_UNREADY_SECONDS
  value: {{ .spec.unreadySeconds | quote }}
- name: PLANTMESH_DRAIN_SECONDS
  value: {{ .spec.drainSeconds | quote }}
{{- end -}}

{{- /* settings.sweepSeconds: 1 becomes PLANTMESH_SWEEP_SECONDS; lists and maps as JSON, as the settings read them. */ -}}
{{- define "plantmesh-common.env.settings" -}}
{{- $gateway := eq .facts.kind "gateway" -}}
{{- range $key, $value := .spec.settings }}
- name: PLANTMESH_{{ $key | snakecase | upper }}
  {{- if or (kindIs "map" $value) (kindIs "slice" $value) }}
  value: {{ toJson $value | quote }}
  {{- else if kindIs "bool" $value }}
  value: {{ ternary "1" (ternary "" "0" $gateway) $value | quote }}
  {{- else if kindIs "float64" $value }}
  value: {{ ternary (printf "%.0f" $value) (toJson $value) (eq (floor $value) $value) | quote }}
  {{- else }}
  value: {{ $value | quote }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "plantmesh-common.env.secret" -}}
- name: {{ .env }}
  valueFrom:
    secretKeyRef:
      name: {{ include "plantmesh-common.secret" .part | quote }}
      key: {{ .key }}
      {{- if .optional }}
      optional: true
      {{- end }}
{{- end -}}

{{- /* Made by whoever keeps secrets; the chart makes none. */ -}}
{{- define "plantmesh-common.secret" -}}
{{- .spec.existingSecret | default (include "plantmesh-common.name" .) -}}
{{- end -}}
