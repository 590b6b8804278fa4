// A port of its own for probes and for Prometheus: /startup, /readiness, /liveness, /metrics.
import { createServer } from 'node:http';

export function healthServer(registry) {
  const pages = {
    '/startup': () => 200,
    '/readiness': () => (server.ready ? 200 : 503),
    '/liveness': () => 200,
  };
  const server = createServer(async (request, response) => {
    if (request.url === '/metrics') {
      response.setHeader('content-type', registry.contentType);
      response.end(await registry.metrics());
    } else {
      response.writeHead(pages[request.url]?.() ?? 404).end();
    }
  });
  server.ready = false;
  return server;
}
