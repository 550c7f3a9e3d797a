import type { EntryHeader } from '../entry/entry.ts';
import type { Call, Provenance } from '../pipeline/call.ts';

/** How the form of a call that wants no stream is written. */
export const WHOLE = 'whole';

/** How an entry is to be restored for this call. */
export function entryProvenance(
  { identity, policy, signal }: Call<unknown>,
  { form, delays }: EntryHeader,
): Omit<Provenance, 'outcome' | 'age'> {
  if (identity.form !== form)
    return { signal, crossTo: identity.form === WHOLE ? 'response' : 'stream' };
  return { signal, delays: policy.replay === 'recorded' ? delays : undefined };
}
