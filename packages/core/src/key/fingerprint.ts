import type { CallIdentity } from './call-identity.ts';
import { canonicalForm } from './canonical.ts';
import { headOf } from './canonical-form.ts';
import { digestOfAll } from './digest.ts';

/** Raised whenever the canonical form changes, so that old keys are left behind and never misread. */
export const FORMAT_VERSION = 2;

const PREFIX = `cached-llm:${FORMAT_VERSION}\n`;

/**
 * SHA-256 of a call identity's canonical form.
 *
 * @throws {NotCanonical} when a part of the request has no canonical form.
 */
export function fingerprint(identity: CallIdentity): string {
  const keyed = identity.form === undefined ? identity : { ...identity, form: 'any' };
  const form = canonicalForm(keyed);
  return digestOfAll(PREFIX + headOf(form), form.long);
}
