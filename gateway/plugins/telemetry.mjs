// What the gateway tells: a span an operation, a span a subgraph call, traceparent on, durations.
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { getOperationAST } from 'graphql';
import { Registry, collectDefaultMetrics } from 'prom-client';
import * as signals from '../signals.mjs';

const OUTCOMES = ['ok', 'incomplete', 'refused', 'failed', 'left'];
const w3c = new W3CTraceContextPropagator();
const headersIn = { get: (headers, name) => headers?.get(name) ?? undefined, keys: () => [] };
const headersOut = { set: (headers, name, value) => Object.assign(headers, { [name]: value }) };

export class Telemetry {
  registry = new Registry();
  #spans = new WeakMap(); // of an operation's context
  #incomplete = new WeakSet(); // answers in which a subgraph's part is missing

  // Only names of trusted documents become labels: a client could invent any number of others.
  constructor({ otlpEndpoint, traceShare, instance }, knowsOperation) {
    collectDefaultMetrics({ register: this.registry });
    this.operations = signals.histogram('plantmesh.gateway.operation.duration', this.registry);
    this.calls = signals.histogram('plantmesh.gateway.subgraph.duration', this.registry);
    this.requests = signals.counter('plantmesh.gateway.requests', this.registry);
    // A series that begins at 1 shows no increase: the first failure would be seen by nobody.
    for (const outcome of OUTCOMES) this.requests.inc({ outcome }, 0);
    this.knowsOperation = knowsOperation;
    const exporter =
      otlpEndpoint &&
      new OTLPTraceExporter({ url: `${otlpEndpoint.replace(/\/$/, '')}/v1/traces` });
    this.provider = new BasicTracerProvider({
      resource: resourceFromAttributes({
        'service.name': 'gateway',
        'service.instance.id': instance,
      }),
      sampler: new ParentBasedSampler({
        root: new TraceIdRatioBasedSampler(exporter ? traceShare : 0),
      }),
      spanProcessors: exporter ? [new BatchSpanProcessor(exporter)] : [],
    });
    this.tracer = this.provider.getTracer('plantmesh.gateway');
  }

  plugin() {
    return {
      onExecute: ({ args }) => this.#operation(args),
      onSubgraphExecute: ({ subgraphName, executor, setExecutor }) => {
        if (subgraphName !== 'ids')
          setExecutor((request) => this.#call(subgraphName, executor, request));
      },
    };
  }

  // Every request that reaches `server` is counted once, when its answer has ended.
  watch(server) {
    server.prependListener('request', (_, response) =>
      response.once('close', () => this.requests.inc({ outcome: this.#ended(response) })),
    );
  }

  close() {
    return this.provider.shutdown();
  }

  #ended(response) {
    if (!response.writableFinished) return 'left';
    if (response.statusCode >= 500) return 'failed';
    if (response.statusCode >= 400) return 'refused';
    return this.#incomplete.has(response) ? 'incomplete' : 'ok';
  }

  #operation({ document, operationName, contextValue }) {
    const asked = getOperationAST(document, operationName)?.name?.value;
    const operation = this.knowsOperation(asked) ? asked : 'other';
    const parent = w3c.extract(ROOT_CONTEXT, contextValue.request?.headers, headersIn);
    const span = this.tracer.startSpan(
      signals.span('plantmesh.gateway.operation'),
      { kind: SpanKind.SERVER, attributes: { operation } },
      parent,
    );
    this.#spans.set(contextValue, trace.setSpan(parent, span));
    const stop = this.operations.startTimer({ operation });
    return {
      onExecuteDone: ({ result }) => {
        if (isIncomplete(result) && contextValue.res) this.#incomplete.add(contextValue.res);
        stop({ outcome: outcomeOf(result) });
        end(span, outcomeOf(result));
      },
    };
  }

  async #call(subgraph, executor, request) {
    const parent = this.#spans.get(request.context) ?? ROOT_CONTEXT;
    const span = this.tracer.startSpan(
      signals.span('plantmesh.gateway.call'),
      { kind: SpanKind.CLIENT, attributes: { subgraph } },
      parent,
    );
    const headers = { ...request.extensions?.headers };
    w3c.inject(trace.setSpan(parent, span), headers, headersOut);
    const stop = this.calls.startTimer({ subgraph });
    let outcome = 'cancelled';
    try {
      const result = await executor({ ...request, extensions: { ...request.extensions, headers } });
      outcome = outcomeOf(result);
      return result;
    } finally {
      stop({ outcome });
      end(span, outcome);
    }
  }
}

function outcomeOf(result) {
  if (!result.errors?.length) return 'ok';
  const guarded = result.errors[0].extensions?.code;
  if (guarded?.startsWith('SUBGRAPH_')) return guarded.slice('SUBGRAPH_'.length).toLowerCase();
  return result.data == null ? 'failed' : 'partial';
}

function isIncomplete(result) {
  return result.errors?.some((error) => error.extensions?.code?.startsWith?.('SUBGRAPH_'));
}

function end(span, outcome) {
  span.setAttribute('outcome', outcome);
  if (outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
