import type { CallIdentity } from './call-identity.ts';
import { type CanonicalForm, headText, wholeText } from './canonical-rules.ts';
import { digestOfAll } from './digest.ts';
import { canonicalPlainJson } from './plain-json.ts';
import { canonicalTaggedValue } from './tagged-values.ts';

/**
 * One form for one value: equal values have equal forms and unequal values unequal ones, whatever the order of
 * their keys. Plain JSON comes out as RFC 8785 writes it, and long texts as they are, behind it.
 *
 * @throws {NotCanonicalError} for a function, a symbol, a cycle, a Blob, an instance of a class without `toJSON`.
 */
export function canonicalForm(value: unknown): CanonicalForm {
  // What is plain is written at once, and in the same way: to copy it for the library takes four times as long.
  return canonicalPlainJson(value) ?? canonicalTaggedValue(value);
}

/** The same as one text. */
export function canonicalText(value: unknown): string {
  return wholeText(canonicalForm(value));
}

/** Raised whenever the canonical form changes, so that old keys are left behind and never misread. */
export const FORMAT_VERSION = 2;

const PREFIX = `cached-llm:${FORMAT_VERSION}\n`;

/**
 * SHA-256 of a call identity's canonical form.
 *
 * @throws {NotCanonicalError} when a part of the request has no canonical form.
 */
export function fingerprint(identity: CallIdentity): string {
  const keyed = identity.form === undefined ? identity : { ...identity, form: 'any' };
  const form = canonicalForm(keyed);
  return digestOfAll(PREFIX + headText(form), form.long);
}
