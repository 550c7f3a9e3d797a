import type { Entry, EntryHeader } from '../entry/index.ts';
import { headerTags } from '../invalidation/index.ts';
import { type CallIdentity, type FieldDigests, loadFieldDigests } from '../key/index.ts';
import type { Policy } from '../options/index.ts';
import { ROW_GRACE } from '../store/index.ts';
import type { Address } from './address.ts';
import type { FoundEntry } from './entry-reader.ts';

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

/** When the call for an answer began. */
function calledAt({ calledAt: known, storedAt, took = 0 }: EntryHeader): number {
  return known ?? storedAt - took;
}

/** Does the stored entry answer a later call? A call in the future was made by a process whose clock is ahead. */
export function isSuperseded(
  { header }: Entry,
  { entry, otherwiseTagged }: FoundEntry,
  writtenAt: number,
): boolean {
  const stored = entry ?? otherwiseTagged;
  if (stored === undefined) return false;
  const storedCall = calledAt(stored.header);
  return storedCall > calledAt(header) && storedCall <= writtenAt;
}

/** The header of an entry of these generations. */
export function withGenerations(
  header: EntryHeader,
  generations: Record<string, string>,
): EntryHeader {
  return Object.keys(generations).length === 0 ? header : { ...header, generations };
}

/**
 * The entry, with the tags of a valid one that it replaces and that this call could not find: otherwise two callers
 * with different tags would replace each other's entries for ever.
 */
export function withTagsOf(
  { otherwiseTagged }: FoundEntry,
  { header, payload }: Entry,
  generations: Record<string, string>,
): Entry {
  const replaced = otherwiseTagged?.header;
  if (replaced === undefined) return { header: withGenerations(header, generations), payload };
  const all = { ...replaced.generations, ...generations };
  return { header: withGenerations(withTags(header, replaced.tags ?? []), all), payload };
}
