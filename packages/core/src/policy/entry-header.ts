import type { EntryHeader } from '../words/entry.ts';
import type { Request } from './request.ts';
import { callTags } from './served-model.ts';
import { toldFields } from './told-fields.ts';

/** JSON has no Infinity: an endless window ends at the last instant that can be written. */
const until = (instant: number) => Math.min(instant, Number.MAX_SAFE_INTEGER);

/** What is known of an answer itself. */
export type AnswerFacts = Pick<EntryHeader, 'kind' | 'usage' | 'served' | 'took' | 'delays'>;

/** The envelope of an answer that is stored at `storedAt`. */
export function entryHeader(
  { address, call }: Request,
  { kind, usage, served, took, delays }: AnswerFacts,
  storedAt: number,
): EntryHeader {
  const { ttl, staleWhileRevalidate, staleIfError } = call.policy;
  const tags = callTags(call.identity, call.policy);
  const freshUntil = until(storedAt + ttl);
  return {
    fingerprint: address.fingerprint,
    scope: address.scope,
    storedAt,
    freshUntil,
    staleUntil: until(freshUntil + staleWhileRevalidate),
    fallbackUntil: until(freshUntil + staleIfError),
    kind,
    form: call.identity.form,
    provider: call.identity.provider,
    model: call.identity.model,
    tags: tags.length === 0 ? undefined : tags,
    fields: toldFields(call.identity, call.policy),
    usage,
    served,
    took,
    delays,
  };
}
