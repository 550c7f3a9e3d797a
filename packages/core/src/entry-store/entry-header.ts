import type { EntryHeader } from '../entry/index.ts';
import { headerTags } from '../invalidation/index.ts';
import { type CallIdentity, type FieldDigests, loadFieldDigests } from '../key/index.ts';
import type { Policy } from '../options/index.ts';
import { ROW_GRACE } from '../store/index.ts';
import type { Address } from './address.ts';

/** The digests of a request's fields, for a call whose `explain` asks for them. */
export async function explainedFields(identity: CallIdentity): Promise<FieldDigests | undefined> {
  try {
    const { fieldDigests } = await loadFieldDigests();
    return fieldDigests(identity);
  } catch {
    return undefined; // an instance in the request has changed since its key was made
  }
}

/** JSON has no Infinity, so an endless window ends at the last instant that can be written. */
const until = (instant: number) => Math.min(instant, Number.MAX_SAFE_INTEGER);

/** What is known of the answer itself. */
type AnswerFields = Pick<
  EntryHeader,
  'kind' | 'usage' | 'served' | 'calledAt' | 'took' | 'delays' | 'fields'
>;

type Windows = Pick<EntryHeader, 'freshUntil' | 'staleUntil' | 'fallbackUntil'>;

/** Until when an answer that is stored at `storedAt` is fresh, served stale, and served as a fallback. */
export function freshnessWindows(storedAt: number, policy: Policy) {
  const { ttl, staleWhileRevalidate, staleIfError } = policy;
  const freshUntil = until(storedAt + ttl);
  const staleUntil = until(freshUntil + staleWhileRevalidate);
  const fallbackUntil = until(freshUntil + staleIfError);
  return { storedAt, freshUntil, staleUntil, fallbackUntil };
}

/** Until when an entry may be served at all. */
export const lastUse = ({ freshUntil, staleUntil, fallbackUntil }: Windows) =>
  Math.max(freshUntil, staleUntil, fallbackUntil);

/** Where the user says the ttl of each answer, it is not known before the call. An answer with a longer one may be lost after this. */
const LONGEST_OWN_TTL = 30 * 86_400_000;

/** For how many milliseconds an answer is stored at most, as far as it is known before the call. */
export function lifeOf(policy: Policy): number {
  const ttl = policy.ttlOf === undefined ? policy.ttl : Math.max(policy.ttl, LONGEST_OWN_TTL);
  return lastUse(freshnessWindows(0, { ...policy, ttl }));
}

/** How long the store holds a row for this many milliseconds of use. Undefined for ever. */
export function ttlFor(life: number): number | undefined {
  const isEndless = life > Number.MAX_SAFE_INTEGER / 2; // an endless window ends at the last safe instant
  return isEndless ? undefined : Math.ceil(life) + ROW_GRACE;
}

interface StoredRequest {
  readonly address: Pick<Address, 'fingerprint' | 'scope'>;
  readonly call: { readonly identity: CallIdentity; readonly policy: Policy };
}

/** The header of an answer to this request that is stored at `storedAt`. */
export function newHeader(
  { address, call }: StoredRequest,
  answer: AnswerFields,
  storedAt: number,
): EntryHeader {
  const { identity, policy } = call;
  const tags = headerTags(identity, policy);
  const { freshUntil, staleUntil, fallbackUntil } = freshnessWindows(storedAt, policy);
  // The fields are written out because a spread takes a fifth of the time of a miss.
  return {
    fingerprint: address.fingerprint,
    scope: address.scope,
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
    fields: answer.fields,
    calledAt: answer.calledAt,
    took: answer.took,
  };
}

/** The header with more tags, each once. */
export function withTags(header: EntryHeader, tags: readonly string[]): EntryHeader {
  return { ...header, tags: [...new Set([...(header.tags ?? []), ...tags])] };
}
