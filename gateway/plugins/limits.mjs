// How large a request and its operation may be; measured before anything is planned.
import { GraphQLError, Kind, parse } from 'graphql';

export function useLimits({ bytes, depth, tokens, aliases, fields }) {
  function rule(context) {
    const measure = measures(context);
    return {
      OperationDefinition(node) {
        if (!context.getSchema().getRootType(node.operation))
          context.reportError(unheardOf(node.operation)); // else the planner answers "internal"
        const size = measure(node.selectionSet);
        const beyond = Object.entries({ depth, aliases, fields }).filter(
          ([what, most]) => size[what] > most,
        );
        for (const [what, most] of beyond)
          context.reportError(tooLarge(`more ${what} than ${most}`));
      },
    };
  }
  return {
    onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
      // Node holds a body to the length it announces; one that announces none is counted.
      const announced = request.headers.get('content-length');
      if (Number(announced) > bytes) throw tooMuch(bytes);
      if (announced === null && request.body && requestParser)
        setRequestParser(async (asked) => requestParser(await counted(asked, bytes, fetchAPI)));
    },
    onParse({ setParseFn }) {
      setParseFn((source, options) => bounded(source, { ...options, maxTokens: tokens }));
    },
    onValidate({ addValidationRule }) {
      addValidationRule(rule);
    },
  };
}

async function counted(request, bytes, { Request }) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > bytes) throw tooMuch(bytes);
    chunks.push(chunk);
  }
  const { url, method, headers, signal } = request;
  return new Request(url, { method, headers, signal, body: Buffer.concat(chunks) });
}

function bounded(source, options) {
  try {
    return parse(source, options);
  } catch (error) {
    if (!/contains more (that|than) \d+ tokens/.test(error.message)) throw error;
    throw tooLarge(`more than ${options.maxTokens} tokens`);
  }
}

// Each fragment once, however often it is spread.
function measures(context) {
  const known = new Map();
  const none = { depth: 0, aliases: 0, fields: 0 };

  function measure(selectionSet) {
    return (selectionSet?.selections ?? []).reduce((sum, node) => {
      const isField = node.kind === Kind.FIELD;
      // Introspection, open in development only; a fragment may be called so and is no such thing.
      if (isField && node.name.value.startsWith('__')) return sum;
      const inner =
        node.kind === Kind.FRAGMENT_SPREAD ? spread(node.name.value) : measure(node.selectionSet);
      return {
        depth: Math.max(sum.depth, inner.depth + (isField ? 1 : 0)),
        aliases: sum.aliases + inner.aliases + (node.alias ? 1 : 0),
        fields: sum.fields + inner.fields + (isField ? 1 : 0), // as the planner writes them out
      };
    }, none);
  }

  function spread(name) {
    if (!known.has(name)) {
      known.set(name, none); // a fragment inside itself is another rule's business
      known.set(name, measure(context.getFragment(name)?.selectionSet));
    }
    return known.get(name);
  }

  return measure;
}

function unheardOf(operation) {
  return new GraphQLError(`this graph has no ${operation}`, {
    extensions: { code: 'bad_operation', field: 'query' },
  });
}

function tooLarge(message) {
  const hint = 'ask in several operations, each for less';
  return new GraphQLError(message, {
    extensions: { code: 'too_complex', hint, http: { status: 400 } },
  });
}

function tooMuch(bytes) {
  return new GraphQLError(`a request has at most ${bytes} bytes`, {
    extensions: { code: 'too_large', hint: 'ask for less at a time', http: { status: 413 } },
  });
}
