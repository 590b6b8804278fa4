// How large an operation may be; measured before anything is planned, each fragment once.
import { GraphQLError, Kind, parse } from 'graphql';

export function useLimits({ depth, tokens, aliases, fields }) {
  function rule(context) {
    const measure = measures(context);
    return {
      OperationDefinition(node) {
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
    onParse({ setParseFn }) {
      setParseFn((source, options) => bounded(source, { ...options, maxTokens: tokens }));
    },
    onValidate({ addValidationRule }) {
      addValidationRule(rule);
    },
  };
}

function bounded(source, options) {
  try {
    return parse(source, options);
  } catch (error) {
    if (!/contains more (that|than) \d+ tokens/.test(error.message)) throw error;
    throw tooLarge(`more than ${options.maxTokens} tokens`);
  }
}

function measures(context) {
  const known = new Map();
  const none = { depth: 0, aliases: 0, fields: 0 };

  function measure(selectionSet) {
    return (selectionSet?.selections ?? []).reduce((sum, node) => {
      if (node.name?.value.startsWith('__')) return sum; // introspection, open in development only
      const inner =
        node.kind === Kind.FRAGMENT_SPREAD ? spread(node.name.value) : measure(node.selectionSet);
      const isField = node.kind === Kind.FIELD;
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

function tooLarge(message) {
  return new GraphQLError(message, { extensions: { code: 'too_complex', http: { status: 400 } } });
}
