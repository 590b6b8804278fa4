// Metrics and spans by their registered name; signals.json is written by `make dashboards` from
// services/kit/signals/gateway.yaml, and the house's rules compare the names used here with it.
import { Counter, Histogram } from 'prom-client';
import registered from './signals.json' with { type: 'json' };

export function histogram(name, registry) {
  return new Histogram({ ...described(name, 'histogram', registry), buckets: found(name).buckets });
}

export function counter(name, registry) {
  return new Counter(described(name, 'counter', registry));
}

export function span(name) {
  if (!registered.spans.includes(name)) throw new Error(`${name} is not a registered span`);
  return name;
}

function described(name, kind, registry) {
  const metric = found(name);
  if (metric.kind !== kind) throw new Error(`${name} is registered as ${metric.kind}`);
  const { exposed, description: help, attributes: labelNames } = metric;
  return { name: exposed, help, labelNames, registers: [registry] };
}

function found(name) {
  const metric = registered.metrics[name];
  if (!metric) throw new Error(`${name} is not a registered metric`);
  return metric;
}
