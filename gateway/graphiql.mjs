// What GraphiQL opens with, in development only.
export const graphiql = {
  title: 'Plantmesh',
  defaultQuery: '{ orders(plant: "lyon", first: 10) { edges { node { id } } } }',
  headers: '{ "authorization": "Bearer (from: python -m tools.mesh token viewer)" }',
};
