// The end in order: not ready, no new connections, what is under way answered, spans sent.
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MS = 100;
// Telling of the last operations must not use up the grace period where nobody listens.
const TELL_MS = 3000;

export function drainOnSignal({ server, health, supergraph, gateway, telemetry, settings, log }) {
  let draining = false;
  server.prependListener('request', (_, response) => {
    if (draining) response.setHeader('connection', 'close');
  });

  async function dispose() {
    await gateway[Symbol.asyncDispose]();
    await telemetry.close();
  }

  async function drain(signal) {
    if (draining) return;
    draining = true;
    log.info({ signal }, 'draining');
    health.ready = false;
    supergraph.stop();
    await pause(settings.unreadySeconds * 1000);
    const closed = new Promise((resolve) => {
      server.close(resolve);
    });
    // Once is not enough: a connection is idle only after its last answer.
    const idle = setInterval(() => server.closeIdleConnections(), LOOK_MS);
    await Promise.race([closed, pause(settings.drainSeconds * 1000)]);
    clearInterval(idle);
    server.closeAllConnections();
    await Promise.race([dispose(), pause(TELL_MS)]);
    log.info({}, 'stopped');
    process.exit(0);
  }

  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.removeAllListeners(signal); // the runtime's take the signal and never exit
    process.on(signal, drain);
  }
}
