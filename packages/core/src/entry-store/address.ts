import { addressTags } from '../invalidation/address-tags.ts';
import type { CallIdentity } from '../key/call-identity.ts';
import { fingerprint } from '../key/fingerprint.ts';
import { NotCanonical } from '../key/not-canonical.ts';
import type { Policy } from '../options/policy.ts';
import type { Bypass } from '../pipeline/call.ts';
import type { Address, EntryStore } from './entry-store.ts';

export function isBypass(value: object): value is Bypass {
  return 'bypass' in value;
}

/** Where the entry for this request is, or why it can have none. */
export function addressOf(
  entries: EntryStore,
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
    return { fingerprint: digest, scope, key, tags: addressTags(identity, policy) };
  } catch (error) {
    if (error instanceof NotCanonical) {
      return { bypass: 'not-canonical', provider, field: error.path };
    }
    return { bypass: 'unreadable', provider }; // a getter or a toJSON of the request threw
  }
}
