// Where the subgraphs are: each call goes to the next replica, past those where nobody listens.

export function useReplicas(subgraphs) {
  const turns = new Map();

  function inTurn(name) {
    const replicas = subgraphs[name] ?? [];
    const turn = turns.get(name) ?? 0;
    turns.set(name, (turn + 1) % (replicas.length || 1));
    return [...replicas.slice(turn), ...replicas.slice(0, turn)];
  }

  return {
    // The supergraph names subgraphs by host: http://erp/graphql.
    onFetch({ url, fetchFn, setFetchFn }) {
      const name = new URL(url).hostname;
      setFetchFn(async (_, ...rest) => {
        let refused = new Error(`no address of ${name} in PLANTMESH_SUBGRAPHS`);
        for (const replica of inTurn(name)) {
          try {
            return await fetchFn(replica, ...rest);
          } catch (error) {
            if (!neverSent(error)) throw error;
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
