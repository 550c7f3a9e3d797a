import type { EntryIdentity } from '../entry/index.ts';
import type { Bypass } from '../events/index.ts';
import { allTagsOfCall } from '../invalidation/index.ts';
import { type CallIdentity, fingerprint, NotCanonical } from '../key/index.ts';
import type { Policy } from '../options/index.ts';

/** Where one request's entry lives, and which markers speak of it. */
export interface Address extends EntryIdentity {
  readonly key: string;
  readonly tags: readonly string[];
  /** Now, where what is written is older. @default when it was stored */
  readonly writtenAt?: number | undefined;
}

export function isBypass(value: object): value is Bypass {
  return 'bypass' in value;
}

/** Where the entry for this request is, or why it can have none. */
export function addressOf(
  entries: { keyOf(addressee: EntryIdentity): string },
  identity: CallIdentity | Bypass,
  policy: Policy,
): Address | Bypass {
  if (isBypass(identity)) return identity;
  const { provider } = identity;
  if (policy.requireScope && policy.scope === '') return { bypass: 'no-scope', provider };
  try {
    const { scope } = policy;
    const digest = fingerprint(identity);
    const key = entries.keyOf({ fingerprint: digest, scope });
    return { fingerprint: digest, scope, key, tags: allTagsOfCall(identity, policy) };
  } catch (error) {
    if (error instanceof NotCanonical) {
      return { bypass: 'not-canonical', provider, field: error.path };
    }
    return { bypass: 'unreadable', provider }; // a getter or a toJSON of the request threw
  }
}
