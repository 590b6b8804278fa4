// Where the subgraphs are: each call goes to the next replica, past those where nobody listens; a
// query whose connection broke (a replica that stops closes its idle ones) is asked once more.
import { explained } from '../tls.mjs';

// With `connections` calls are TLS.
export function useReplicas(subgraphs, connections) {
  const turns = new Map();

  function inTurn(name) {
    const replicas = subgraphs[name] ?? [];
    const turn = turns.get(name) ?? 0;
    turns.set(name, (turn + 1) % (replicas.length || 1));
    return [...replicas.slice(turn), ...replicas.slice(0, turn)];
  }

  return {
    // The supergraph names subgraphs by host: http://erp/graphql.
    onFetch({ url, fetchFn, setFetchFn, executionRequest }) {
      const name = new URL(url).hostname;
      const isQuery = executionRequest?.operationType === 'query';
      setFetchFn(async (_, options, ...rest) => {
        const sent = connections ? { ...options, agent: connections.agent } : options;
        const replicas = inTurn(name);
        let refused = new Error(`no address of ${name} in PLANTMESH_SUBGRAPHS`);
        let mayBreak = isQuery;
        // The first once more: one address may stand for several replicas (a Service).
        for (const replica of [...replicas, ...replicas.slice(0, 1)]) {
          try {
            return await fetchFn(replica, sent, ...rest);
          } catch (error) {
            if (mayBreak && isBroken(error)) {
              mayBreak = false; // what ends one replica after the other is not asked of all
            } else if (!neverSent(error)) throw explained(error);
            refused = error;
          }
        }
        throw refused;
      });
    },
  };
}

// Anything else may have arrived, and a mutation must not run twice.
function neverSent(error) {
  return (error.cause ?? error).code === 'ECONNREFUSED';
}

function isBroken(error) {
  return ['ECONNRESET', 'EPIPE'].includes((error.cause ?? error).code);
}
