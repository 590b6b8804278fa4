// Who the gateway is to the subgraphs and whom it believes: files that are read again when renewed.
import { readFileSync, statSync } from 'node:fs';
import { Agent, globalAgent } from 'node:https';
import { createSecureContext } from 'node:tls';

// services/kit/graph/server.py counts on it: what is idle longer is closed at this end.
const IDLE_MS = 5000;

// The connections of calls. Those of a former certificate are not used again, and end with what
// is under way on them.
export class Connections {
  #files;
  #every;
  #log;
  #stamp;
  #looked;
  #agent;

  // Files that changed are seen by a call that comes `seconds` after the last look.
  constructor(files, seconds, log) {
    this.#files = Object.values(files);
    this.#every = seconds * 1000;
    this.#log = log;
    this.#stamp = this.#stamped();
    this.#agent = this.#read();
    this.#looked = performance.now();
  }

  get agent() {
    if (performance.now() - this.#looked >= this.#every) this.#look();
    return this.#agent;
  }

  // Files that do not belong together (yet) change nothing, and are looked at again.
  #look() {
    this.#looked = performance.now();
    try {
      const stamp = this.#stamped();
      if (stamp === this.#stamp) return;
      const renewed = this.#read();
      if (stamp !== this.#stamped()) return;
      retire(this.#agent);
      this.#agent = renewed;
      this.#stamp = stamp;
      this.#log.info({}, 'certificate renewed');
    } catch (error) {
      this.#log.warn({ why: error.message }, 'renewed TLS files not taken up yet');
    }
  }

  #read() {
    const [cert, key, ca] = this.#files.map((file) => readFileSync(file));
    createSecureContext({ cert, key, ca });
    return new Agent({ ...globalAgent.options, timeout: IDLE_MS, cert, key, ca });
  }

  #stamped() {
    return this.#files
      .map((file) => statSync(file, { bigint: true }))
      .map(({ ino, mtimeNs }) => `${ino} ${mtimeNs}`)
      .join();
  }
}

function retire(agent) {
  agent.keepAlive = false;
  for (const socket of Object.values(agent.freeSockets).flat()) socket.destroy();
}

const OURS = 'PLANTMESH_TLS_CERT';
const THEIRS = 'PLANTMESH_TLS_CA';
// By the end of what Node calls it: first what they refuse in us, then what we refuse in them.
const WORDS = [
  [/ALERT_CERTIFICATE_REQUIRED$/, `it was shown no certificate: set ${OURS}`],
  [/ALERT_CERTIFICATE_EXPIRED$/, `${OURS} is expired: renew it`],
  [/ALERT_(UNKNOWN_CA|DECRYPT_ERROR)$/, `it does not believe who signed ${OURS}`],
  [/ALERT_(BAD_CERTIFICATE|CERTIFICATE_UNKNOWN)$/, `it does not take ${OURS}`],
  [/^CERT_HAS_EXPIRED$/, 'its certificate is expired: renew it there'],
  [/^CERT_NOT_YET_VALID$/, 'its certificate is not valid yet: compare the clocks'],
  [/ALTNAME_INVALID$/, 'its certificate is for another name than it was called by'],
  [/SELF_SIGNED|^UNABLE_TO_|^CERT_SIGNATURE/, `${THEIRS} did not sign its certificate`],
  [/WRONG_VERSION_NUMBER$|PACKET_LENGTH_TOO_LONG$/, `it speaks no TLS: set ${OURS} there too`],
];

// An error that says what is wrong with whose certificate; any other as it is.
export function explained(error) {
  const [, words] = WORDS.find(([code]) => code.test((error.cause ?? error).code)) ?? [];
  return words ? new Error(words, { cause: error }) : error;
}
