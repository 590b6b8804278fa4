// Judges custom resources by the schemas of their operators: a document a line in, what is wrong with it a line out.
import { createInterface } from 'node:readline';
import { Certificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate';
import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';

const kinds = { Certificate, HTTPRoute, PrometheusRule, ScaledObject, ServiceMonitor };

function judge(document) {
  const Kind = kinds[document.kind];
  if (!Kind || new Kind().apiVersion !== document.apiVersion)
    return `no schema of ${document.kind}`;
  try {
    new Kind(document).validate();
    return '';
  } catch (error) {
    return error.message;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(judge(JSON.parse(line)))}\n`);
}
