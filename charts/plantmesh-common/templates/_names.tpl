{{- /* Names and labels. What is called "part" here and below is
      dict "root" $ "name" <component> "facts" <of files/services.yaml> "spec" <its values, merged>. */ -}}

{{- /* Of the release: room is left for "-reference", "-migrate-0123456789" and what controllers add. */ -}}
{{- define "plantmesh-common.fullname" -}}
{{- $name := printf "%s-%s" .Release.Name .Chart.Name -}}
{{- if contains .Chart.Name .Release.Name -}}{{- $name = .Release.Name -}}{{- end -}}
{{- .Values.fullnameOverride | default $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "plantmesh-common.name" -}}
{{- include "plantmesh-common.fullname" .root }}-{{ .name -}}
{{- end -}}

{{- /* Where another component of the release answers, with its last dot left out on purpose: TLS names have none. */ -}}
{{- define "plantmesh-common.host" -}}
{{- printf "%s-%s.%s.svc.%s" (include "plantmesh-common.fullname" .root) .of .root.Release.Namespace .root.Values.clusterDomain -}}
{{- end -}}

{{- define "plantmesh-common.release-selector" -}}
app.kubernetes.io/name: {{ .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "plantmesh-common.selector" -}}
{{ include "plantmesh-common.release-selector" .root }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "plantmesh-common.release-labels" -}}
{{ include "plantmesh-common.release-selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: plantmesh
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- /* Of pods: none that a new version of the chart changes, which would restart what did not change. */ -}}
{{- define "plantmesh-common.pod-labels" -}}
{{ include "plantmesh-common.selector" . }}
app.kubernetes.io/part-of: plantmesh
{{- end -}}

{{- define "plantmesh-common.labels" -}}
{{ include "plantmesh-common.release-labels" .root }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- /* registry/repository-component:tag@digest; skaffold puts its own in its place by that name. */ -}}
{{- define "plantmesh-common.image" -}}
{{- $image := .root.Values.image -}}
{{- $of := .facts.image | default .name -}}
{{- with $image.registry }}{{ . }}/{{ end -}}
{{- $image.repository }}-{{ $of }}:{{ index ($image.tags | default dict) $of | default $image.tag | default .root.Chart.AppVersion -}}
{{- with index $image.digests $of }}@{{ . }}{{ end -}}
{{- end -}}

{{- /* Fails when a value is used under a name it no longer has; files/renamed.yaml lists old: new. */ -}}
{{- define "plantmesh-common.renamed" -}}
{{- $values := .Values -}}
{{- range $old, $new := .Files.Get "files/renamed.yaml" | fromYaml -}}
{{- if hasKey $values $old -}}
{{- fail (printf "the value %s is called %s now; see UPGRADING.md of this chart" $old $new) -}}
{{- end -}}
{{- end -}}
{{- end -}}
