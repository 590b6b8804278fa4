// What the machines are to do: a file that whoever drives them replaces as a whole.
import { readFileSync, watchFile } from 'node:fs';
import { IDLE } from './machine.mjs';

const NOTHING = { rate: 0, ...IDLE };

export class Wanted {
  now = NOTHING;

  // `rate` is pieces a second; the others are shown as they are.
  constructor(path) {
    this.#read(path);
    watchFile(path, { interval: 25 }, () => this.#read(path));
  }

  #read(path) {
    try {
      this.now = { ...NOTHING, ...JSON.parse(readFileSync(path, 'utf8')) };
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
}
