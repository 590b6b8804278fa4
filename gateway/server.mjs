// The gateway: one graph over the subgraphs. Settings in, ports open, SIGTERM drains.
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { JSONLogWriter, Logger } from '@graphql-hive/logger';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import { refusals, trustedDocuments } from './documents.mjs';
import { drainOnSignal } from './drain.mjs';
import { graphiql, renderGraphiQL } from './graphiql.mjs';
import { healthServer } from './health.mjs';
import { idsTransport } from './ids.mjs';
import { useGuard } from './plugins/guard.mjs';
import { useIdentity, useNothingLeft, usePermissions } from './plugins/identity.mjs';
import { useLimits } from './plugins/limits.mjs';
import { useRate } from './plugins/rate.mjs';
import { useReplicas } from './plugins/replicas.mjs';
import { useScrub } from './plugins/scrub.mjs';
import { Telemetry } from './plugins/telemetry.mjs';
import { settings } from './settings.mjs';
import { Supergraph } from './supergraph.mjs';
import { Connections } from './tls.mjs';

const log = new Logger({ level: 'info', writers: [new JSONLogWriter()] });
const documents = trustedDocuments(settings.operations);
const supergraph = new Supergraph(settings.supergraph, documents.operations, log);
const telemetry = new Telemetry(settings, documents.knows);
const connections = settings.tls && new Connections(settings.tls, settings.reloadSeconds, log);

const gateway = createGatewayRuntime({
  supergraph: () => supergraph.load(),
  unifiedGraphHandler,
  gracefulSchemaReload: { drainTimeout: settings.drainSeconds * 1000 },
  logging: log,
  landingPage: false,
  graphiql: settings.development && graphiql,
  renderGraphiQL,
  disableIntrospection: settings.development ? undefined : {},
  transports: (kind) => (kind === 'ids' ? idsTransport : import(`@graphql-mesh/transport-${kind}`)),
  transportEntries: {
    ids: { kind: 'ids' },
    // Calls that share one flight share its fate: one that hangs takes all identical ones with it.
    '*.http': { options: { deduplicateInflightRequests: false } },
  },
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({
      authorization: request.headers.get('authorization'),
    }),
  },
  persistedDocuments: {
    getPersistedOperation: documents.find,
    allowArbitraryDocuments: () => settings.development,
    customErrors: refusals,
  },
  plugins: () => [
    useIdentity(settings.token, log),
    useRate(settings.rate),
    usePermissions(),
    useNothingLeft(),
    useLimits(settings.limits),
    useGuard(settings, log),
    telemetry.plugin(),
    useReplicas(settings.subgraphs, connections),
    useScrub(),
  ],
});

// A stray promise of a library is logged; it must not end the process for everybody.
process.on('unhandledRejection', (error) =>
  log.error({ why: String(error?.stack ?? error) }, 'unhandled rejection'),
);

await supergraph.load();
supergraph.watch(settings.reloadSeconds, () => gateway.invalidateUnifiedGraph());
const server = createServer(gateway);
telemetry.watch(server);
const health = healthServer(telemetry.registry);
drainOnSignal({ server, health, supergraph, gateway, telemetry, settings, log });
health.listen(settings.healthPort, settings.bind);
server.listen(settings.port, settings.bind, () => {
  health.ready = true;
  log.info({ port: server.address().port, health: health.address().port }, 'listening');
});
