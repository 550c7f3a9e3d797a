import type { Address, EntryStore } from '../effects/entry-store.ts';
import type { CallIdentity } from '../words/call-identity.ts';
import { fingerprint } from '../words/fingerprint.ts';
import { NotCanonical } from '../words/not-canonical.ts';
import { addressTags } from './address-tags.ts';
import type { Bypass } from './call.ts';
import type { Policy } from './policy.ts';

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
