// The machines' own file: a line a step, written before anybody could have seen it.
import { openSync, readFileSync, writeSync } from 'node:fs';

export class Counts {
  #file;
  #lines = new Map();

  // Reads what an earlier run wrote; a line that a power cut left unfinished never happened.
  constructor(path) {
    this.#file = openSync(path, 'a+');
    const lines = readFileSync(path, 'utf8').split('\n');
    if (lines.pop()) writeSync(this.#file, '\n');
    for (const line of lines) this.#remember(line);
  }

  // What the machine did so far, oldest first.
  of(name) {
    return this.#lines.get(name) ?? [];
  }

  // Appends the steps of all machines in one write.
  write(steps) {
    const text = steps.map((step) => `${JSON.stringify(step)}\n`).join('');
    if (text) writeSync(this.#file, text);
  }

  #remember(line) {
    const step = readStep(line);
    if (!step) return;
    if (!this.#lines.has(step.machine)) this.#lines.set(step.machine, []);
    this.#lines.get(step.machine).push(step);
  }
}

function readStep(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
