// Things by id or by their own number: a subgraph in this process, so that no service can null one.
import { readFileSync } from 'node:fs';
import { normalizedExecutor } from '@graphql-tools/executor';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { GraphQLError, Kind, parse, visit } from 'graphql';

const LONGEST = 512;
const sdl = parse(readFileSync(new URL('subgraphs/ids.graphql', import.meta.url), 'utf8'));
const types = new Set(
  sdl.definitions
    .filter((d) => d.kind === Kind.OBJECT_TYPE_DEFINITION && d.interfaces.length)
    .map((d) => d.name.value),
);

// As services/kit/ids.py writes them; one text has one id, other spellings are refused.
function decode(id, want) {
  const [type, plant, key, ...rest] = Buffer.from(id, 'base64url').toString('utf8').split('\n');
  const again = Buffer.from([type, plant, key].join('\n')).toString('base64url');
  const sound = id.length <= LONGEST && types.has(type) && stands(plant) && stands(key);
  if (!sound || rest.length || again !== id) throw bad('not an id of this graph');
  if (want && type !== want) throw bad(`the id names a ${type}, not a ${want}`);
  return { __typename: type, id };
}

function encode(type, plant, key, field) {
  const id = Buffer.from([type, plant, key].join('\n')).toString('base64url');
  for (const [name, part] of Object.entries({ plant, [field]: key }))
    if (!stands(part) || id.length > LONGEST)
      throw bad(`${JSON.stringify(part.slice(0, 40))} cannot stand in an id`, name);
  return { __typename: type, id };
}

// A text that an id may be made of, and that databases keep.
function stands(part) {
  return Boolean(part) && !/[\n\0]/.test(part) && part.isWellFormed();
}

function bad(message, field = 'id') {
  const hint = field === 'id' ? 'take it from an answer' : 'one line of text';
  return new GraphQLError(message, { extensions: { code: 'BAD_ID', field, hint } });
}

const one =
  (want) =>
  (_, { id }) =>
    decode(id, want);
const schema = makeExecutableSchema({
  typeDefs: visit(sdl, { [Kind.SCHEMA_EXTENSION]: () => null, [Kind.DIRECTIVE]: () => null }),
  resolvers: {
    Node: { __resolveType: (node) => node.__typename },
    Query: {
      node: one(),
      order: one('Order'),
      lot: one('Lot'),
      shipment: one('Shipment'),
      equipment: one('Equipment'),
      productionOrder: (_, { plant, orderNo }) => encode('Order', plant, orderNo, 'orderNo'),
      salesOrder: (_, { plant, orderNo }) => encode('SalesOrder', plant, orderNo, 'orderNo'),
      purchaseOrder: (_, { plant, poNo }) => encode('PurchaseOrder', plant, poNo, 'poNo'),
    },
  },
});

function execute({ document, variables, operationName, context }) {
  return normalizedExecutor({
    schema,
    document,
    operationName,
    variableValues: variables,
    contextValue: context,
  });
}

export const idsTransport = { getSubgraphExecutor: () => execute };
