// How often one identity may ask: a bucket of tokens each, kept for the most recent identities.
import { GraphQLError } from 'graphql';

const REMEMBERED = 10_000;

export function useRate({ perSecond, burst }) {
  const buckets = new Map();

  function take(subject) {
    const now = performance.now() / 1000;
    const { left, at } = buckets.get(subject) ?? { left: burst, at: now };
    const filled = Math.min(burst, left + (now - at) * perSecond);
    buckets.delete(subject); // put back last: the first one is the longest unseen
    buckets.set(subject, { left: Math.max(filled - 1, 0), at: now });
    if (buckets.size > REMEMBERED) buckets.delete(buckets.keys().next().value);
    return filled >= 1;
  }

  return {
    onRequestParse({ serverContext }) {
      if (take(serverContext.principal.sub)) return;
      throw new GraphQLError(`more than ${perSecond} operations a second; slow down`, {
        extensions: {
          code: 'RATE_LIMITED',
          http: { status: 429, headers: { 'retry-after': '1' } },
        },
      });
    },
  };
}
