// GraphiQL for development: what it opens with.
export const graphiql = {
  title: 'Plantmesh',
  defaultQuery: 'query Orders { orders(first: 10) { edges { node { id } } } }\n',
  headers:
    '{ "authorization": "Bearer <make token: plantctl or python -m tools.mesh token operator>" }',
};
