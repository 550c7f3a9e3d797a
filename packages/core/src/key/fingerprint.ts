import type { CallIdentity } from './call-identity.ts';
import { type CanonicalForm, headOf, joined } from './canonical-rules.ts';
import { digestOfAll } from './digest.ts';
import { plainForm } from './plain-json.ts';
import { richForm } from './tagged-values.ts';

/**
 * One form for one value: equal values have equal forms and unequal values unequal ones, whatever the order of
 * their keys. Plain JSON comes out as RFC 8785 writes it, and long texts as they are, behind it.
 *
 * @throws {NotCanonical} for a function, a symbol, a cycle, a Blob, an instance of a class without `toJSON`.
 */
export function canonicalForm(value: unknown): CanonicalForm {
  // What is plain is written at once, and in the same way: to copy it for the library takes four times as long.
  return plainForm(value) ?? richForm(value);
}

/** The same as one text. */
export function canonicalText(value: unknown): string {
  return joined(canonicalForm(value));
}

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
