// Every call to a subgraph: a deadline, a breaker, and one shape for whatever is not an answer.
import { createGraphQLError } from '@graphql-tools/utils';
import { Breaker } from './breaker.mjs';

// What the runtime says when nothing that a subgraph wrote came back.
const OUTAGES = new Set([
  'SUBREQUEST_HTTP_ERROR',
  'RESPONSE_VALIDATION_FAILED',
  'DOWNSTREAM_SERVICE_ERROR',
]);
const LATE = Symbol('late');
// Milliseconds that a timer may be late before it says that we were busy, not the subgraph.
const OVERSLEPT = 20;

export function useGuard({ deadlineSeconds, breaker }, log) {
  const breakers = new Map();
  // Stages of a plan run one after the other: none waits again for who was late in this operation.
  const lateOnes = new WeakMap();

  function breakerOf(name) {
    if (!breakers.has(name)) breakers.set(name, new Breaker(breaker));
    return breakers.get(name);
  }

  function lateIn(operation) {
    if (!lateOnes.has(operation)) lateOnes.set(operation, new Set());
    return lateOnes.get(operation);
  }

  async function call(name, executor, request) {
    const guard = breakerOf(name);
    const { request: asked, res: answer } = request.context;
    const late = lateIn(request.context);
    if (late.has(name)) return failure(name, 'SUBGRAPH_TIMEOUT');
    if (!guard.admits()) return failure(name, 'SUBGRAPH_CIRCUIT_OPEN');
    const fail = (code, why) => {
      // Not asked.signal.aborted: the runtime passes an abort on and still says that there was none.
      if (answer.destroyed) {
        guard.left();
        return failure(name, 'SUBGRAPH_UNAVAILABLE');
      }
      guard.failed();
      log.warn({ subgraph: name, code, why }, 'subgraph not available');
      return failure(name, code);
    };
    try {
      const result = await within(deadlineSeconds, executor, request, asked.signal);
      if (result === LATE) {
        late.add(name);
        return fail('SUBGRAPH_TIMEOUT', `no answer in ${deadlineSeconds} s`);
      }
      if (isOutage(result)) return fail('SUBGRAPH_UNAVAILABLE', result.errors[0].message);
      guard.passed();
      return result;
    } catch (error) {
      return fail('SUBGRAPH_UNAVAILABLE', error.message);
    }
  }

  return {
    onSubgraphExecute({ subgraphName, executor, setExecutor }) {
      if (subgraphName === 'ids') return;
      setExecutor((request) => call(subgraphName, executor, request));
    },
  };
}

// Of our own, because the runtime's upstreamTimeout ends the process and answers 504 with the URL.
async function within(seconds, executor, request, client) {
  const deadline = new AbortController();
  const signal = AbortSignal.any([client, deadline.signal]);
  const answer = Promise.resolve(executor({ ...request, signal }));
  answer.catch(() => {}); // the loser of the race must not become an unhandled rejection
  const late = new Listening();
  try {
    return await Promise.race([answer, late.after(seconds * 1000)]);
  } finally {
    late.stop();
    deadline.abort();
  }
}

// A deadline in time that we could listen: while a new supergraph is planned nothing is read, and
// timers run before the answers that arrived meanwhile.
class Listening {
  #timer;

  after(milliseconds) {
    return new Promise((resolve) => this.#wait(milliseconds, resolve));
  }

  stop() {
    clearTimeout(this.#timer);
  }

  #wait(milliseconds, resolve) {
    const due = performance.now() + milliseconds;
    this.#timer = setTimeout(() => {
      const overslept = performance.now() - due;
      if (overslept > OVERSLEPT) this.#wait(Math.min(overslept, milliseconds), resolve);
      else resolve(LATE);
    }, milliseconds);
  }
}

function isOutage(result) {
  return result.data == null && result.errors?.some((error) => OUTAGES.has(error.extensions?.code));
}

function failure(name, code) {
  const extensions = { code, serviceName: name };
  return { errors: [createGraphQLError(`${name} is not available`, { extensions })] };
}
