// Trusted documents: the operations that clients may send by their hash.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse } from 'graphql';

export function trustedDocuments(folder) {
  const byHash = new Map();
  const operations = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.graphql'))) {
    const text = readFileSync(join(folder, file), 'utf8');
    byHash.set(createHash('sha256').update(text).digest('hex'), text);
    for (const each of parse(text).definitions) {
      if (each.kind === Kind.OPERATION_DEFINITION) operations.push({ text, name: each.name.value });
    }
  }
  const names = new Set(operations.map(({ name }) => name));
  return { operations, find: (hash) => byHash.get(hash) ?? null, knows: (name) => names.has(name) };
}

export const refusals = {
  keyNotFound: refusal('QUERY_REQUIRED', 'send a query, or the hash of a trusted document'),
  notFound: refusal('UNKNOWN_DOCUMENT', 'no trusted document has this hash'),
  persistedQueryOnly: refusal('TRUSTED_DOCUMENTS_ONLY', 'send the hash of a trusted document'),
};

function refusal(code, message) {
  return { message, extensions: { code, http: { status: 400 } } };
}
