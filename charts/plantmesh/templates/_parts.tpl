{{- /* {name: part} of every enabled component, in files/services.yaml's words and with its values merged over
      the defaults; fails where one calls another that is switched off. */ -}}
{{- define "plantmesh.parts" -}}
{{- $root := . -}}
{{- $facts := .Files.Get "files/services.yaml" | fromYaml -}}
{{- $parts := dict -}}{{- $graphs := list -}}{{- $callers := dict -}}
{{- range $name, $fact := $facts -}}
{{- $spec := mergeOverwrite (deepCopy $root.Values.defaults) (deepCopy (index $root.Values.components $name)) -}}
{{- if $spec.enabled -}}
{{- $_ := set $parts $name (dict "name" $name "facts" $fact "spec" $spec) -}}
{{- if eq $fact.kind "service" -}}{{- $graphs = append $graphs $name -}}{{- end -}}
{{- range $fact.calls -}}{{- $_ := set $callers . (append (index $callers . | default list) $name) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $part := $parts -}}
{{- range $part.facts.calls -}}
{{- if not (hasKey $parts .) -}}
{{- fail (printf "components.%s calls %s: enable components.%s, or switch %s off too" $name . . $name) -}}
{{- end -}}
{{- end -}}
{{- $calling := index $callers $name | default list -}}
{{- if and $root.Values.smoke.enabled (hasKey $parts "gateway") -}}{{- $calling = append $calling "smoke" -}}{{- end -}}
{{- if and (eq $part.facts.kind "service") (include "plantmesh.audited" $root) -}}{{- $calling = append $calling "auditor" -}}{{- end -}}
{{- $_ := set $part "callers" $calling -}}
{{- $_ := set $part "graphs" (ternary $graphs list (eq $part.facts.kind "gateway")) -}}
{{- $_ := set $part "graphed" (and (eq $part.facts.kind "service") (hasKey $parts "gateway")) -}}
{{- end -}}
{{- toJson $parts -}}
{{- end -}}

{{- /* Whether somebody verifies the audit by the clock: only what is sealed can be. */ -}}
{{- define "plantmesh.audited" -}}
{{- if and .Values.auditor.enabled .Values.audit.sealed }}yes{{ end -}}
{{- end -}}

{{- /* host:port of every service for gRPC: erp=...:50051,mes=... */ -}}
{{- define "plantmesh.addresses" -}}
{{- $root := .root -}}{{- $found := list -}}
{{- range $name, $each := .parts -}}
{{- if eq $each.facts.kind "service" -}}
{{- $found = append $found (printf "%s=%s:50051" $name (include "plantmesh-common.host" (dict "root" $root "of" $name))) -}}
{{- end -}}
{{- end -}}
{{- join "," $found -}}
{{- end -}}

{{- /* What a pod is told that asks the services and is none: whom, and as which client. */ -}}
{{- define "plantmesh.env.caller" -}}
{{- $identity := .part.root.Values.identity -}}
- name: PLANTMESH_ADDRESSES
  value: {{ include "plantmesh.addresses" (dict "root" .part.root "parts" .parts) | quote }}
- name: PLANTMESH_ISSUER
  value: {{ $identity.issuer | quote }}
{{- with $identity.tokenUrl }}
- name: PLANTMESH_TOKEN_URL
  value: {{ . | quote }}
{{- end }}
- name: PLANTMESH_CLIENT_ID
  value: {{ .part.spec.clientId | quote }}
{{ include "plantmesh-common.env.secret" (dict "part" .part "env" "PLANTMESH_CLIENT_SECRET" "key" "client-secret") }}
{{- include "plantmesh-common.env.tls" .part }}
{{- end -}}
