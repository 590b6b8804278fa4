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
{{- $_ := set $part "callers" $calling -}}
{{- $_ := set $part "graphs" (ternary $graphs list (eq $part.facts.kind "gateway")) -}}
{{- $_ := set $part "graphed" (and (eq $part.facts.kind "service") (hasKey $parts "gateway")) -}}
{{- end -}}
{{- toJson $parts -}}
{{- end -}}
