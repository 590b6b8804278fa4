// The last hand on an answer: every error has a code, nothing internal leaves, data makes a 200.
const KNOWN = new Set(['code', 'serviceName', 'field', 'hint', 'reference']);
const VARIABLE = /^Variable "\$(\w+)"/;

export function useScrub() {
  return {
    // Also of what was refused before it became an operation; onExecutionResult does not see that.
    onResultProcess({ result }) {
      for (const error of result?.errors ?? []) {
        error.extensions ??= {};
        name(error);
        scrub(error.extensions, result.data == null);
      }
    },
  };
}

// The runtime refuses variables of another type without a code.
function name({ message, extensions }) {
  if (extensions.code) return;
  const [, field] = VARIABLE.exec(message) ?? [];
  Object.assign(extensions, field ? { code: 'bad_variable', field } : { code: 'bad_operation' });
}

function scrub(extensions, nothing) {
  // By this the runtime knows a body that is no JSON, to answer 400 instead of 200.
  if (extensions.originalError && extensions.http)
    extensions.http = { ...extensions.http, spec: false };
  for (const name of Object.keys(extensions)) {
    if (!KNOWN.has(name) && !(name === 'http' && nothing)) delete extensions[name];
  }
}
