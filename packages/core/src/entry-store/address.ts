import type { EntryIdentity } from '../entry/index.ts';
import type { Bypass } from '../events/index.ts';
import type { CallTags, TagRow, TagsOfCall } from '../invalidation/index.ts';
import { type CallIdentity, fingerprint, NotCanonicalError } from '../key/index.ts';
import type { Policy } from '../options/index.ts';

/** Where the entry of one request is stored, and which tags it has. */
export interface Address extends EntryIdentity, TagsOfCall {
  readonly key: string;
  /** The rows that hold the states of the key itself. */
  readonly keyRows: readonly TagRow[];
}

/** Is it a reason to bypass the cache, and not an address or an identity? */
export function isBypass(value: object): value is Bypass {
  return 'bypass' in value;
}

/** The part of an `EntryStore` that finds addresses. */
interface Addressing {
  readonly callTags: CallTags;
  keyOf(identity: EntryIdentity): string;
  keyRowsOf(key: string): readonly TagRow[];
}

/** Where the entry of this request is stored, or why the request bypasses the cache. */
export function addressOf(
  entries: Addressing,
  identity: CallIdentity | Bypass,
  policy: Policy,
): Address | Bypass {
  if (isBypass(identity)) return identity;
  const { provider } = identity;
  const { scope } = policy;
  if (policy.requireScope && scope === '') return { bypass: 'no-scope', provider };
  try {
    const digest = fingerprint(identity);
    const key = entries.keyOf({ fingerprint: digest, scope });
    const { tags, tagRows } = entries.callTags.of(identity, policy);
    const keyRows = entries.keyRowsOf(key);
    return { fingerprint: digest, scope, key, keyRows, tags, tagRows };
  } catch (error) {
    if (error instanceof NotCanonicalError) {
      return { bypass: 'not-canonical', provider, field: error.path };
    }
    return { bypass: 'unreadable', provider }; // a getter or a toJSON of the request threw
  }
}
