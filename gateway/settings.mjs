// What the gateway is told by its environment; the only reader of it.
const own = new URL('.', import.meta.url).pathname;

class Settings {
  constructor(env) {
    const text = (name, otherwise) => env[`PLANTMESH_${name}`] || otherwise;
    const number = (name, otherwise) => {
      const value = Number(text(name, otherwise));
      if (!(value >= 0)) throw new Error(`PLANTMESH_${name} is not a number of 0 or more`);
      return value;
    };
    const needed = (name) => {
      const value = text(name);
      if (!value) throw new Error(`PLANTMESH_${name} is not set`);
      return value;
    };

    this.instance = text('INSTANCE', 'gateway');
    this.bind = text('BIND', '127.0.0.1');
    this.port = number('HTTP_PORT', 0);
    this.healthPort = number('HEALTH_PORT', 0);
    this.supergraph = text('SUPERGRAPH', `${own}supergraph.graphql`);
    this.operations = text('OPERATIONS', `${own}operations`);
    // With them calls are mutual TLS, as between services; renewed files are taken up.
    this.tls = allOrNone({ cert: text('TLS_CERT'), key: text('TLS_KEY'), ca: text('TLS_CA') });
    this.subgraphs = addresses(needed('SUBGRAPHS'), this.tls ? 'https:' : 'http:');
    this.token = {
      jwksUrl: needed('JWKS_URL'),
      issuer: needed('ISSUER'),
      audience: text('AUDIENCE', 'plantmesh'),
    };
    // Documents of anyone, GraphiQL and introspection; without it only operations/ are answered.
    this.development = text('DEVELOPMENT') === '1';
    this.limits = {
      bytes: number('MAX_BYTES', 256 * 1024),
      depth: number('MAX_DEPTH', 12),
      tokens: number('MAX_TOKENS', 2000),
      aliases: number('MAX_ALIASES', 30),
      fields: number('MAX_FIELDS', 1000),
    };
    this.rate = { perSecond: number('RATE_PER_SECOND', 50), burst: number('RATE_BURST', 200) };
    this.deadlineSeconds = number('DEADLINE_SECONDS', 2);
    this.breaker = {
      failures: number('BREAKER_FAILURES', 5),
      openSeconds: number('BREAKER_OPEN_SECONDS', 3),
    };
    // How often the supergraph and the certificates are looked at.
    this.reloadSeconds = number('RELOAD_SECONDS', 2);
    this.unreadySeconds = number('UNREADY_SECONDS', 0);
    this.drainSeconds = number('DRAIN_SECONDS', 20);
    this.otlpEndpoint = text('OTLP_ENDPOINT');
    this.traceShare = number('TRACE_SHARE', 0.1);
  }
}

function allOrNone(files) {
  const given = Object.values(files).filter(Boolean).length;
  if (given && given < 3)
    throw new Error('PLANTMESH_TLS_CERT, PLANTMESH_TLS_KEY and PLANTMESH_TLS_CA go together');
  return given ? files : undefined;
}

// "erp=http://10.0.0.1:80/graphql|http://10.0.0.2:80/graphql,mes=..." as { erp: [url, url], ... }
function addresses(text, scheme) {
  const pairs = text.split(',').map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new Error('PLANTMESH_SUBGRAPHS is not name=url,name=url');
    const urls = pair.slice(at + 1).split('|');
    const read = urls.map((url) => new URL(url));
    if (read.some(({ protocol }) => protocol !== scheme))
      throw new Error(
        'PLANTMESH_SUBGRAPHS: https:// goes with PLANTMESH_TLS_CERT, _KEY and _CA, http:// without',
      );
    return [pair.slice(0, at), read.map(({ href }) => href)];
  });
  return Object.fromEntries(pairs);
}

export const settings = new Settings(process.env);
