// Keeps calls from a subgraph that fails: open after some failures, then one probe at a time.
export class Breaker {
  #failures = 0;
  #openUntil = 0;
  #probing = false;

  constructor({ failures, openSeconds }) {
    this.limit = failures;
    this.openMs = openSeconds * 1000;
  }

  // Whether a call may go out now; each one that may is followed by passed, failed or left.
  admits() {
    if (!this.#openUntil) return true;
    if (this.#probing || performance.now() < this.#openUntil) return false;
    this.#probing = true;
    return true;
  }

  passed() {
    this.#failures = this.#openUntil = 0;
    this.#probing = false;
  }

  failed() {
    this.#failures += 1;
    if (this.#probing || this.#failures >= this.limit)
      this.#openUntil = performance.now() + this.openMs;
    this.#probing = false;
  }

  // The caller went away: nothing was learnt.
  left() {
    this.#probing = false;
  }
}
