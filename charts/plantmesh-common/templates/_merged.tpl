{{- /* dict "base" .. "over" ..: maps merge, anything else in "over" wins, as JSON. sprig's mergeOverwrite
      leaves a true where false is meant, and 10 where 0 is. */ -}}
{{- define "plantmesh-common.merged" -}}
{{- $out := deepCopy .base -}}
{{- range $key, $value := .over -}}
{{- $below := index $out $key -}}
{{- if and (kindIs "map" $value) (kindIs "map" $below) -}}
{{- $_ := set $out $key (include "plantmesh-common.merged" (dict "base" $below "over" $value) | fromJson) -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- $_ := set $out $key $value -}}
{{- end -}}
{{- end -}}
{{- toJson $out -}}
{{- end -}}
