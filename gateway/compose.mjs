// node compose.mjs write|check|baseline [FOLDER]: its subgraphs/*.graphql become supergraph.graphql.
// check: the committed one is what they compose to, and breaks nothing of baseline.graphql.
// baseline: what clients see today becomes what may not break without a deprecation.
import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeServices } from '@theguild/federation-composition';
import { BreakingChangeType, buildSchema, findBreakingChanges, isEnumType, parse } from 'graphql';

const [verb, folder = import.meta.dirname] = process.argv.slice(2);
const file = (name) => join(folder, name);
const read = (name) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '');

function write(name, text) {
  const draft = file(`${name}.draft`);
  writeFileSync(draft, text);
  renameSync(draft, file(name));
}

function refuse(lines) {
  for (const line of lines) console.error(line);
  process.exit(1);
}

function compose() {
  const names = readdirSync(file('subgraphs'))
    .filter((name) => name.endsWith('.graphql'))
    .sort();
  const result = composeServices(
    names.map((name) => {
      const service = name.replace('.graphql', '');
      // Where a subgraph is, the gateway is told by its environment.
      return {
        name: service,
        url: `http://${service}/graphql`,
        typeDefs: parse(read(`subgraphs/${name}`)),
      };
    }),
  );
  if (result.errors?.length) refuse(result.errors.map((e) => `${e.extensions?.code} ${e.message}`));
  return {
    supergraph: `${result.supergraphSdl.trim()}\n`,
    visible: `${result.publicSdl.trim()}\n`,
  };
}

// The message of findBreakingChanges begins with what was removed: "Order.due was removed."
function wasDeprecated(schema, { type, description }) {
  if (type === BreakingChangeType.FIELD_REMOVED) {
    const [owner, field] = description.split(' ')[0].split('.');
    return schema.getType(owner).getFields()[field].deprecationReason != null;
  }
  if (type === BreakingChangeType.VALUE_REMOVED_FROM_ENUM) {
    const [value, owner] = [description.split(' ')[0], description.match(/enum type (\w+)/)[1]];
    const found = schema.getType(owner);
    return isEnumType(found) && found.getValue(value).deprecationReason != null;
  }
  return false;
}

function broken(visible) {
  const before = buildSchema(read('baseline.graphql'), { assumeValidSDL: true });
  const after = buildSchema(visible, { assumeValidSDL: true });
  return findBreakingChanges(before, after).filter((change) => !wasDeprecated(before, change));
}

const { supergraph, visible } = compose();
if (verb === 'check') {
  if (supergraph !== read('supergraph.graphql'))
    refuse(['supergraph.graphql is old; run `make schema`']);
  const changes = broken(visible).map(({ type, description }) => `${type}: ${description}`);
  if (changes.length)
    refuse([...changes, 'deprecate it first, and release that (make schema-baseline)']);
} else if (verb === 'baseline') {
  write('baseline.graphql', visible);
} else {
  write('supergraph.graphql', supergraph);
}
