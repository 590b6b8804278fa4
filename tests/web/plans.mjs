// node plans.mjs: for each trusted document whom the gateway asks at the same time, a line of JSON each.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const gateway = new URL('../../gateway/', import.meta.url);
const { trustedDocuments } = await import(new URL('documents.mjs', gateway));
const found = createRequire(new URL('server.mjs', gateway));
const planner = found.resolve('@graphql-hive/router-query-planner');
const { QueryPlanner } = await import(pathToFileURL(planner));

const next = (node) => node.nodes ?? (node.node ? [node.node] : []);
const asked = (node) => (node.serviceName ? [node.serviceName] : next(node).flatMap(asked));
const together = (node) =>
  node.kind === 'Parallel'
    ? [asked(node)]
    : node.serviceName
      ? [[node.serviceName]]
      : next(node).flatMap(together);

const plans = new QueryPlanner(readFileSync(new URL('supergraph.graphql', gateway), 'utf8'));
const { operations } = trustedDocuments(new URL('operations', gateway).pathname);
for (const { text, name } of operations) {
  const plan = await plans.planAsync(text, name, new Set(), 0);
  console.log(JSON.stringify({ name, stages: together(plan.node) }));
}
