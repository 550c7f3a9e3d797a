import type { EntryHeader } from '../entry/entry.ts';
import { callTags } from '../invalidation/served-model.ts';
import type { Policy } from '../options/policy.ts';
import type { Request } from '../pipeline/request.ts';
import { toldFields } from './told-fields.ts';

/** JSON has no Infinity: an endless window ends at the last instant that can be written. */
const until = (instant: number) => Math.min(instant, Number.MAX_SAFE_INTEGER);

/** What is known of an answer itself. */
export type AnswerFacts = Pick<EntryHeader, 'kind' | 'usage' | 'served' | 'took' | 'delays'>;

type Life = Pick<EntryHeader, 'storedAt' | 'freshUntil' | 'staleUntil' | 'fallbackUntil'>;

/** When what is stored at `storedAt` is fresh, and what becomes of it then. */
export function lifeFrom(storedAt: number, policy: Policy): Life {
  const { ttl, staleWhileRevalidate, staleIfError } = policy;
  const freshUntil = until(storedAt + ttl);
  const staleUntil = until(freshUntil + staleWhileRevalidate);
  const fallbackUntil = until(freshUntil + staleIfError);
  return { storedAt, freshUntil, staleUntil, fallbackUntil };
}

/** The envelope of an answer that is stored at `storedAt`. */
export function entryHeader(request: Request, answer: AnswerFacts, storedAt: number): EntryHeader {
  const { identity, policy } = request.call;
  const tags = callTags(identity, policy);
  const { freshUntil, staleUntil, fallbackUntil } = lifeFrom(storedAt, policy);
  // Written out: with a spread it takes a fifth of a miss.
  return {
    fingerprint: request.address.fingerprint,
    scope: request.address.scope,
    storedAt,
    freshUntil,
    staleUntil,
    fallbackUntil,
    kind: answer.kind,
    form: identity.form,
    delays: answer.delays,
    provider: identity.provider,
    model: identity.model,
    tags: tags.length === 0 ? undefined : tags,
    usage: answer.usage,
    served: answer.served,
    fields: toldFields(identity, policy),
    took: answer.took,
  };
}
