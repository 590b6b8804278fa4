// The last hand on an answer: nothing internal leaves, and an answer with data is a 200.
const KNOWN = new Set(['code', 'serviceName', 'field', 'hint', 'reference']);

export function useScrub() {
  return {
    onExecutionResult({ result }) {
      for (const error of result?.errors ?? []) scrub(error.extensions ?? {}, result.data == null);
    },
  };
}

function scrub(extensions, nothing) {
  for (const name of Object.keys(extensions)) {
    if (!KNOWN.has(name) && !(name === 'http' && nothing)) delete extensions[name];
  }
}
