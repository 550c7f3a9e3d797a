import type { CallIdentity } from './call-identity.ts';
import { canonicalText } from './canonical.ts';
import { digest } from './digest.ts';

/** Raised whenever the canonical form changes, so that old keys are left behind and never misread. */
export const FORMAT_VERSION = 1;

/**
 * SHA-256 of a call identity's canonical form.
 *
 * @throws {NotCanonical} when a part of the request has no canonical form.
 */
export function fingerprint(identity: CallIdentity): string {
  const keyed = identity.form === undefined ? identity : { ...identity, form: 'any' };
  return digest(`cached-llm:${FORMAT_VERSION}\n${canonicalText(keyed)}`);
}
