import { type CallIdentity, type FieldDigests, loadFieldDigests } from '../key/index.ts';
import type { StoredEntry } from './stored-entries.ts';

/** The stored entry whose request is most like a given one. */
export interface NearestEntry {
  readonly key: string;
  /** The fields in which the requests differ. Undefined for an entry that was stored without `explain`. */
  readonly differing?: readonly string[] | undefined;
}

interface Candidate extends NearestEntry {
  readonly isOfProvider: boolean;
}

type ComparedEntry = Pick<StoredEntry, 'key' | 'header' | 'state'>;

/** A bound on the time it takes. In a larger store, the nearest of the first entries is found. */
const MAX_COMPARED = 10_000;

async function differingFrom(target: FieldDigests, fields: FieldDigests | undefined) {
  const { differingFields } = await loadFieldDigests();
  try {
    return fields && differingFields(target, fields);
  } catch {
    return undefined; // the entry was written by other software, and is nested deeper than any request
  }
}

/** The same provider comes first, then the fewest differences. Keys decide the rest, so that the order of rows does not. */
function isCloser(one: Candidate, other: Candidate | undefined): boolean {
  if (one.isOfProvider !== other?.isOfProvider) return other === undefined || one.isOfProvider;
  const count = ({ differing }: Candidate) => differing?.length ?? Number.POSITIVE_INFINITY;
  return count(one) === count(other) ? one.key < other.key : count(one) < count(other);
}

/**
 * Finds the entry whose request is most like `identity`, among the given ones that are not invalidated.
 * Undefined where there is none. It reads one entry at a time and holds no payload.
 *
 * @throws {NotCanonicalError} for an identity that has no key.
 */
export async function nearestEntry(
  identity: CallIdentity,
  entries: AsyncIterable<ComparedEntry>,
): Promise<NearestEntry | undefined> {
  const { fieldDigests } = await loadFieldDigests();
  const target = fieldDigests(identity);
  let nearest: Candidate | undefined;
  let count = 0;
  for await (const { key, header, state } of entries) {
    const isOfProvider = header.provider === identity.provider;
    const differing = await differingFrom(target, header.fields);
    const candidate = { key, isOfProvider, differing };
    if (state !== 'invalidated' && isCloser(candidate, nearest)) nearest = candidate;
    count += 1;
    if (count === MAX_COMPARED) break;
  }
  return nearest && { key: nearest.key, differing: nearest.differing };
}
