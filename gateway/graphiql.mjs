// GraphiQL as one page, in development only; its package is large and loaded only then.
const NOTHING_FROM_OUTSIDE = `default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'`;
const policy = `<meta http-equiv="Content-Security-Policy" content="${NOTHING_FROM_OUTSIDE}" />`;

export const graphiql = {
  title: 'Plantmesh',
  defaultQuery: '{ orders(plant: "lyon", first: 10) { edges { node { id } } } }',
  headers: '{ "authorization": "Bearer (from: python -m tools.mesh token viewer)" }',
};

// The runtime's own page loads its scripts from a public host.
export async function renderGraphiQL(options) {
  const bundled = await import('@graphql-yoga/render-graphiql');
  return bundled.renderGraphiQL(options).replace('<head>', `<head>${policy}`);
}
