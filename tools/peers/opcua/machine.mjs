// A machine that makes pieces: every tenth is scrap, each takes 0.4 kg of material.
const GRAMS = 400;
export const IDLE = { state: 4, mode: 1, order: '', lot: '', materialLot: '', reason: '' };
const NONE = { good: 0, scrap: 0, material: 0 };

// A step is a line of the file: {machine, run, at, <context>, good, scrap, material}. `at` is the
// source time (milliseconds) of all that changed with it, `run` when the controller was started.
export class Machine {
  #nodes;
  #run = new Date().toISOString();
  #now = {};
  #owed = 0;
  #planned = [];

  // A controller that keeps its counters shows all it did again; the other begins at nothing.
  constructor(name, nodes, done, reset) {
    this.#nodes = nodes;
    const last = done.at(-1) ?? IDLE;
    const fresh = { machine: name, run: this.#run, at: Date.now(), ...context(last), ...NONE };
    for (const step of reset || !done.length ? [fresh] : done) this.#show(step);
  }

  // The steps of the next tick: another job comes before anything is counted for it.
  plan(wanted, milliseconds) {
    const steps = [];
    const step = (change) => {
      const last = steps.at(-1) ?? this.#now;
      const at = Math.max(Date.now(), last.at + 1);
      steps.push({ ...last, run: this.#run, at, ...change });
    };
    if (Object.keys(IDLE).some((field) => wanted[field] !== this.#now[field]))
      step(context(wanted));
    this.#owed += (wanted.rate * milliseconds) / 1000;
    const pieces = Math.floor(this.#owed);
    this.#owed -= pieces;
    if (pieces) step(made(this.#now, pieces));
    this.#planned = steps;
    return steps;
  }

  // Shows what was planned; by now it is in the file.
  act() {
    for (const step of this.#planned) this.#show(step);
  }

  #show(step) {
    for (const [field, set] of Object.entries(this.#nodes)) {
      if (step[field] !== this.#now[field]) set(step[field], new Date(step.at));
    }
    this.#now = step;
  }
}

function context(of) {
  return Object.fromEntries(Object.keys(IDLE).map((field) => [field, of[field]]));
}

// Pieces are whole and so are grams: the kilograms have three decimals at most.
function made({ good, scrap, material }, pieces) {
  const all = good + scrap + pieces;
  const bad = Math.floor(all / 10);
  const grams = Math.round(material * 1000) + pieces * GRAMS;
  return { good: all - bad, scrap: bad, material: grams / 1000 };
}
