import type { Address } from '../entry-store/index.ts';
import type { Bypass, CacheEventEmitter } from '../events/index.ts';
import { type CallIdentity, type FieldDigests, loadFieldDigests } from '../key/index.ts';
import { LlmCacheError } from '../options/index.ts';
import { withDeadline } from '../store/index.ts';
import type { Inspection } from './inspection.ts';
import type { StoredEntry } from './stored-entries.ts';

/** The stored entry whose request is most like a given one. */
export interface NearestEntry {
  readonly key: string;
  /** The fields in which the requests differ. Undefined for an entry that was stored without `explain`. */
  readonly differing?: readonly string[] | undefined;
}

interface Candidate extends NearestEntry {
  /** 2 for an entry of the same provider and operation, 1 for one of the same provider. */
  readonly rank: number;
}

type ComparedEntry = Pick<StoredEntry, 'key' | 'header' | 'state'>;

async function differingFrom(target: FieldDigests, fields: FieldDigests | undefined) {
  const { differingFields } = await loadFieldDigests();
  try {
    return fields && differingFields(target, fields);
  } catch {
    return undefined; // the entry was written by other software, and is nested deeper than any request
  }
}

/** An entry without `explain` does not say what its operation was. */
function rankOf({ header }: ComparedEntry, provider: string, target: FieldDigests) {
  const { fields } = header;
  if (header.provider !== provider) return 0;
  return fields !== undefined && fields.operation === target.operation ? 2 : 1;
}

async function candidateOf({ key, header }: ComparedEntry, rank: number, target: FieldDigests) {
  return { key, rank, differing: await differingFrom(target, header.fields) };
}

/** The same provider and operation come first, then the fewest differences. Keys decide the rest, so that the order of rows does not. */
function isCloser(one: Candidate, other: Candidate | undefined): boolean {
  if (one.rank !== other?.rank) return other === undefined || one.rank > other.rank;
  const count = ({ differing }: Candidate) => differing?.length ?? Number.POSITIVE_INFINITY;
  return count(one) === count(other) ? one.key < other.key : count(one) < count(other);
}

/** What entries are compared with. */
interface Target extends Pick<CallIdentity, 'provider'> {
  readonly fields: FieldDigests;
}

async function nearestTo(
  { provider, fields }: Target,
  entries: AsyncIterable<ComparedEntry>,
  most: number,
): Promise<NearestEntry | undefined> {
  let nearest: Candidate | undefined;
  let count = 0;
  for await (const entry of entries) {
    const rank = rankOf(entry, provider, fields);
    const isCandidate = entry.state !== 'invalidated' && rank >= (nearest?.rank ?? 0);
    const candidate = isCandidate ? await candidateOf(entry, rank, fields) : undefined;
    if (candidate !== undefined && isCloser(candidate, nearest)) nearest = candidate;
    count += 1;
    if (count >= most) break;
  }
  return nearest && { key: nearest.key, differing: nearest.differing };
}

/**
 * Finds the entry whose request is most like `identity`, among the given ones that are not invalidated.
 * Undefined where there is none. It reads one entry at a time and holds no payload.
 *
 * @param most how many entries are looked at. In a larger store, the nearest of the first ones is found.
 * @throws {NotCanonicalError} for an identity that has no key.
 */
export async function nearestEntry(
  identity: CallIdentity,
  entries: AsyncIterable<ComparedEntry>,
  most = Number.POSITIVE_INFINITY,
): Promise<NearestEntry | undefined> {
  const { fieldDigests } = await loadFieldDigests();
  const target = { provider: identity.provider, fields: fieldDigests(identity) };
  return nearestTo(target, entries, most);
}

/**
 * Finds the entry whose request is most like that of a stored one, as {@link nearestEntry} does. Undefined where there is none,
 * and for an entry that was stored without `explain`.
 *
 * @param entries without the entry itself
 */
export async function nearestToEntry(
  { header: { provider, fields } }: Pick<StoredEntry, 'header'>,
  entries: AsyncIterable<ComparedEntry>,
): Promise<NearestEntry | undefined> {
  return fields && nearestTo({ provider, fields }, entries, Number.POSITIVE_INFINITY);
}

interface ReplayMissContext {
  readonly events: CacheEventEmitter;
  readonly inspection: Pick<Inspection, 'entries' | 'whyAbsent'>;
}

interface UnansweredRequest {
  readonly call: { readonly identity: CallIdentity };
  readonly address: Pick<Address, 'key' | 'scope'>;
}

/** Milliseconds that a better message may take. */
const SEARCH_TIMEOUT = 2_000;

/** Entries that are looked at for it, because the search goes on after its time is over. */
const MAX_SEARCHED = 10_000;

const MAX_SHOWN_FIELDS = 8;

const REMEDY = "Record it once with mode: 'read-write' (or CACHED_LLM_MODE=read-write).";

const joinGiven = (parts: readonly (string | undefined)[]) =>
  parts.filter((part) => part !== undefined).join(' · ');

function fieldsText(fields: readonly string[]): string {
  if (fields.length === 0) return 'something that the stored digests do not show';
  const more = fields.length - MAX_SHOWN_FIELDS;
  const shown = fields.slice(0, MAX_SHOWN_FIELDS).join(', ');
  return more > 0 ? `${shown}, and ${more} more` : shown;
}

function hintOf(nearest: NearestEntry | undefined): string {
  if (nearest === undefined) return '';
  const { key, differing } = nearest;
  const difference =
    differing === undefined
      ? 'record with explain: true to see in which fields it differs'
      : `it differs in ${fieldsText(differing)}`;
  return `The nearest recorded request is ${key}; ${difference}. `;
}

function whyAbsent({ address }: UnansweredRequest, { inspection }: ReplayMissContext): string {
  try {
    const why = inspection.whyAbsent(address.key);
    return why === undefined ? '' : `${why} `;
  } catch {
    return ''; // a better message is not worth another error
  }
}

/** Resolves to undefined if the store cannot list its entries, or does not in time. */
async function search({ call, address }: UnansweredRequest, { inspection }: ReplayMissContext) {
  try {
    const entries = inspection.entries({ scope: address.scope });
    const search = nearestEntry(call.identity, entries, MAX_SEARCHED);
    return await withDeadline(search, SEARCH_TIMEOUT);
  } catch {
    return undefined;
  }
}

/**
 * Emits the events of a miss in `replay` mode: the provider is not called in this mode. The message of the error names the
 * nearest recorded request and the fields in which it differs.
 *
 * @throws {LlmCacheError} `REPLAY_MISS`, always
 */
export async function refuseMiss(
  request: UnansweredRequest,
  context: ReplayMissContext,
): Promise<never> {
  const { provider, model, operation } = request.call.identity;
  const nearest = await search(request, context);
  const event = { key: request.address.key, provider, model };
  context.events.emit('miss', event);
  const found = { nearest: nearest?.key, differing: nearest?.differing };
  context.events.emit('replay-miss', { ...event, ...found });
  throw new LlmCacheError(
    'REPLAY_MISS',
    `No answer is recorded for this request (${joinGiven([provider, model, operation])}), and mode is 'replay'. ${whyAbsent(request, context)}${hintOf(nearest)}${REMEDY}`,
  );
}

/** The error in `replay` mode for a request that bypasses the cache, because no recording can hold its answer. */
export function replayBypass({ bypass, provider, field }: Bypass): LlmCacheError {
  return new LlmCacheError(
    'REPLAY_MISS',
    `This request (${joinGiven([provider, field])}) bypasses the cache (${bypass}), so it cannot be recorded, and mode is 'replay'. Exclude it with \`when\`, or make it in another mode.`,
  );
}
