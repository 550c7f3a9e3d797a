import type { CallIdentity } from '../key/call-identity.ts';
import { differingFields } from '../key/differing-fields.ts';
import { type FieldDigests, fieldDigests } from '../key/field-digests.ts';
import type { StoredEntry } from './inspection.ts';

/** A stored entry whose request is most like one that has none. */
export interface NearestEntry {
  readonly key: string;
  /** Where the requests differ; nothing where the entry was stored without `explain`. */
  readonly differing?: readonly string[] | undefined;
}

interface Candidate extends NearestEntry {
  readonly isOfProvider: boolean;
}

type Seen = Pick<StoredEntry, 'key' | 'header' | 'state'>;

/** A bound: who has more than these stored is told of the nearest among them. */
const MOST = 10_000;

interface Sought {
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

function candidateOf({ provider, fields }: Sought, { key, header }: Seen): Candidate {
  const isOfProvider = header.provider === provider;
  return { key, isOfProvider, differing: differingFrom(fields, header.fields) };
}

/** The same provider first, then the fewest differences; the rest so that no order of rows matters. */
function nearer(one: Candidate, other: Candidate | undefined): Candidate {
  return other === undefined || isNearer(one, other) ? one : other;
}

function isNearer(one: Candidate, other: Candidate): boolean {
  if (one.isOfProvider !== other.isOfProvider) return one.isOfProvider;
  const count = ({ differing }: Candidate) => differing?.length ?? Number.POSITIVE_INFINITY;
  return count(one) === count(other) ? one.key < other.key : count(one) < count(other);
}

/**
 * The entry whose request is most like `identity`, of those that are given: read one at a time, and kept
 * none. Nothing where there is no entry.
 *
 * @throws {NotCanonical} for an identity that has no key.
 */
export async function nearestEntry(
  identity: CallIdentity,
  entries: AsyncIterable<Seen>,
): Promise<NearestEntry | undefined> {
  const sought = { provider: identity.provider, fields: fieldDigests(identity) };
  let nearest: Candidate | undefined;
  let count = 0;
  for await (const entry of entries) {
    if (entry.state !== 'invalidated') nearest = nearer(candidateOf(sought, entry), nearest);
    count += 1;
    if (count === MOST) break;
  }
  return nearest && { key: nearest.key, differing: nearest.differing };
}
