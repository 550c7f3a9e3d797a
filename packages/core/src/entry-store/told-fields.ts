import type { CallIdentity } from '../key/call-identity.ts';
import { type FieldDigests, fieldDigests } from '../key/field-digests.ts';
import type { Policy } from '../options/policy.ts';

/** What is told of a request's fields beside its answer: nothing, unless it is asked for. */
export function toldFields(identity: CallIdentity, { explain }: Policy): FieldDigests | undefined {
  if (!explain) return undefined;
  try {
    return fieldDigests(identity);
  } catch {
    return undefined; // an instance in the request has changed since its key was taken
  }
}
