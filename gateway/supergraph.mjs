// The supergraph file: what is served is the last one that was shown to work.
import { readFile } from 'node:fs/promises';
import { QueryPlanner } from '@graphql-hive/router-query-planner';
import { buildASTSchema, parse } from 'graphql';

export class Supergraph {
  #good;
  #refused;
  #stopped = false;
  #timer;

  // `operations`: the trusted { text, name } that every supergraph must be able to plan.
  constructor(path, operations, log) {
    this.path = path;
    this.operations = operations;
    this.log = log;
  }

  async load() {
    if (!this.#good) await this.#read();
    if (!this.#good) throw new Error(`${this.path} is no supergraph`);
    return this.#good;
  }

  // One look at a time: a plan takes longer than a short interval, and an older file must not
  // win because its plan ended last.
  watch(seconds, changed) {
    const look = async () => {
      try {
        if (await this.#read()) {
          changed();
          this.log.info({ path: this.path }, 'supergraph reloaded');
        }
      } catch (error) {
        this.log.error({ path: this.path, why: error.message }, 'supergraph not read');
      }
      later();
    };
    const later = () => {
      if (!this.#stopped) this.#timer = setTimeout(look, seconds * 1000).unref();
    };
    later();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  // True when the file holds a new one that works.
  async #read() {
    const sdl = await readFile(this.path, 'utf8');
    if (sdl === this.#good || sdl === this.#refused) return false;
    try {
      await validate(sdl, this.operations);
    } catch (error) {
      this.#refused = sdl;
      this.log.error(
        { path: this.path, why: error.message },
        'supergraph refused, the last good one stays',
      );
      return false;
    }
    this.#good = sdl;
    this.#refused = undefined;
    return true;
  }
}

// A file that parses can still fail every query (an unknown graph name did), so plan them all.
async function validate(sdl, operations) {
  const schema = buildASTSchema(parse(sdl, { noLocation: true }), { assumeValidSDL: true });
  if (!schema.getType('join__Graph') || !schema.getQueryType()) throw new Error('not a supergraph');
  const planner = new QueryPlanner(sdl);
  for (const { text, name } of operations) await planner.planAsync(text, name, new Set(), 0);
}
