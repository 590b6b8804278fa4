// An OPC UA server of another make than ours: what a plant's controllers would offer.
//
//   PORT=4840 node server.mjs FOLDER [--machines 1] [--tick 100] [--history] [--reset]
//
// FOLDER/wanted.json says what the machines do; FOLDER/counts.jsonl is what they did, and the judge.
// FOLDER/pki/rejected holds the certificates of clients that tried in vain; one that is put into
// FOLDER/welcome is trusted from then on, and leaves it. One endpoint: Basic256Sha256,
// SignAndEncrypt, no users.
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setInterval as every } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
} from 'node-opcua';
import { Counts } from './counts.mjs';
import { Machine } from './machine.mjs';
import { nodesOf } from './nodes.mjs';
import { Wanted } from './wanted.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    machines: { type: 'string', default: '1' },
    tick: { type: 'string', default: '100' },
    history: { type: 'boolean', default: false },
    reset: { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
if (!folder || !process.env.PORT) throw new Error('usage: PORT=n node server.mjs FOLDER [options]');
const welcome = join(folder, 'welcome');
mkdirSync(welcome, { recursive: true });

const clients = new OPCUACertificateManager({
  rootFolder: join(folder, 'pki'),
  // Its watchers miss a file now and then; what changes here goes through trustCertificate.
  disableFileWatchers: true,
});
const server = new OPCUAServer({
  hostname: '127.0.0.1',
  host: '127.0.0.1',
  port: Number(process.env.PORT),
  serverInfo: { applicationUri: 'urn:plantmesh:peer' },
  serverCertificateManager: clients,
  userCertificateManager: new OPCUACertificateManager({ rootFolder: join(folder, 'users') }),
  securityPolicies: [SecurityPolicy.Basic256Sha256],
  securityModes: [MessageSecurityMode.SignAndEncrypt],
  allowAnonymous: true,
});
await server.initialize();

const space = server.engine.addressSpace;
const namespace = space.registerNamespace('urn:plantmesh:peer:line');
const counts = new Counts(join(folder, 'counts.jsonl'));
const wanted = new Wanted(join(folder, 'wanted.json'));
const machines = Array.from({ length: Number(values.machines) }, (_, index) => {
  const name = `M${index + 1}`;
  const nodes = nodesOf(space, namespace, name, values.history);
  return new Machine(name, nodes, counts.of(name), values.reset);
});

await server.start();
const tick = Number(values.tick);
setInterval(() => {
  counts.write(machines.flatMap((machine) => machine.plan(wanted.now, tick)));
  for (const machine of machines) machine.act();
}, tick);
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => server.shutdown(0).then(() => process.exit(0)));
}
for await (const _ of every(100)) {
  for (const name of readdirSync(welcome)) {
    const path = join(welcome, name);
    await clients.trustCertificate(new X509Certificate(readFileSync(path)).raw);
    rmSync(path);
  }
}
