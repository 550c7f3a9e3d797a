import type { Address } from '../entry-store/index.ts';
import type { Bypass, CacheEventEmitter } from '../events/index.ts';
import {
  type CallIdentity,
  differingFields,
  type FieldDigests,
  fieldDigests,
} from '../key/index.ts';
import { LlmCacheError } from '../options/index.ts';
import { withDeadline } from '../store/index.ts';
import type { Inspection } from './inspection.ts';
import type { StoredEntry } from './scan-entries.ts';

/** A stored entry whose request is most like one that has none. */
export interface NearestEntry {
  readonly key: string;
  /** Where the requests differ; nothing where the entry was stored without `explain`. */
  readonly differing?: readonly string[] | undefined;
}

interface Candidate extends NearestEntry {
  readonly isOfProvider: boolean;
}

type ComparedEntry = Pick<StoredEntry, 'key' | 'header' | 'state'>;

/** A bound: who has more than these stored is told of the nearest among them. */
const MAX_COMPARED = 10_000;

interface Target {
  readonly provider: string;
  readonly fields: FieldDigests;
}

function differingFrom(sought: FieldDigests, fields: FieldDigests | undefined) {
  try {
    return fields && differingFields(sought, fields);
  } catch {
    return undefined; // written by somebody else, and deeper than any request
  }
}

function candidateOf({ provider, fields }: Target, { key, header }: ComparedEntry): Candidate {
  const isOfProvider = header.provider === provider;
  return { key, isOfProvider, differing: differingFrom(fields, header.fields) };
}

/** The same provider first, then the fewest differences; the rest so that no order of rows matters. */
function closer(one: Candidate, other: Candidate | undefined): Candidate {
  return other === undefined || isCloser(one, other) ? one : other;
}

function isCloser(one: Candidate, other: Candidate): boolean {
  if (one.isOfProvider !== other.isOfProvider) return one.isOfProvider;
  const count = ({ differing }: Candidate) => differing?.length ?? Number.POSITIVE_INFINITY;
  return count(one) === count(other) ? one.key < other.key : count(one) < count(other);
}

/**
 * The entry whose request is most like `identity`, of those that are given: read one at a time, and kept
 * none. Nothing where there is no entry.
 *
 * @throws {NotCanonicalError} for an identity that has no key.
 */
export async function nearestEntry(
  identity: CallIdentity,
  entries: AsyncIterable<ComparedEntry>,
): Promise<NearestEntry | undefined> {
  const sought = { provider: identity.provider, fields: fieldDigests(identity) };
  let nearest: Candidate | undefined;
  let count = 0;
  for await (const entry of entries) {
    if (entry.state !== 'invalidated') nearest = closer(candidateOf(sought, entry), nearest);
    count += 1;
    if (count === MAX_COMPARED) break;
  }
  return nearest && { key: nearest.key, differing: nearest.differing };
}

interface ReplayMissParts {
  readonly events: CacheEventEmitter;
  readonly inspection: Pick<Inspection, 'entries' | 'whyAbsent'>;
}

/** The request that no entry answers. */
interface UnansweredRequest {
  readonly call: { readonly identity: CallIdentity };
  readonly address: Pick<Address, 'key' | 'scope'>;
}

/** Milliseconds that may be spent on a better message. */
const SEARCH_TIMEOUT = 2_000;

/** Fields that a message names. */
const MAX_SHOWN_FIELDS = 8;

const REMEDY = "Record it once with mode: 'read-write' (or CACHED_LLM_MODE=read-write).";

function whatOf(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(' · ');
}

function listOf(fields: readonly string[]): string {
  if (fields.length === 0) return 'nothing that its fields tell';
  const more =
    fields.length > MAX_SHOWN_FIELDS ? `, and ${fields.length - MAX_SHOWN_FIELDS} more` : '';
  return fields.slice(0, MAX_SHOWN_FIELDS).join(', ') + more;
}

function hintOf(nearest: NearestEntry | undefined): string {
  if (nearest === undefined) return '';
  const { key, differing } = nearest;
  return differing === undefined
    ? `The nearest recorded request is ${key}; where it differs is told of what is recorded with explain: true. `
    : `The nearest recorded request is ${key}; it differs in ${listOf(differing)}. `;
}

function whyAbsent({ address }: UnansweredRequest, { inspection }: ReplayMissParts): string {
  try {
    const why = inspection.whyAbsent(address.key);
    return why === undefined ? '' : `${why} `;
  } catch {
    return '';
  }
}

/** Nothing where the store does not list what it holds, or not in time. */
async function search({ call, address }: UnansweredRequest, { inspection }: ReplayMissParts) {
  try {
    const entries = inspection.entries({ scope: address.scope });
    return await withDeadline(nearestEntry(call.identity, entries), SEARCH_TIMEOUT);
  } catch {
    return undefined;
  }
}

/** In `replay` mode nothing is called, so what was not recorded cannot be answered: told, and made an error. */
export async function replayMiss(
  request: UnansweredRequest,
  parts: ReplayMissParts,
): Promise<LlmCacheError> {
  const { provider, model, operation } = request.call.identity;
  const nearest = await search(request, parts);
  const event = { key: request.address.key, provider, model };
  parts.events.emit('miss', event);
  const found = { nearest: nearest?.key, differing: nearest?.differing };
  parts.events.emit('replay-miss', { ...event, ...found });
  return new LlmCacheError(
    'REPLAY_MISS',
    `No answer is recorded for this request (${whatOf([provider, model, operation])}), and mode is 'replay'. ${whyAbsent(request, parts)}${hintOf(nearest)}${REMEDY}`,
  );
}

/** Nor is there a call for what no recording can hold. */
export function replayBypass({ bypass, provider, field }: Bypass): LlmCacheError {
  return new LlmCacheError(
    'REPLAY_MISS',
    `This request (${whatOf([provider, field])}) goes past the cache (${bypass}), so it cannot be recorded, and mode is 'replay'. Leave it out with \`when\`, or make it in another mode.`,
  );
}
