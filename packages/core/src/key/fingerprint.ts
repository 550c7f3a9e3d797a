import type { CallIdentity } from './call-identity.ts';
import { type CanonicalForm, headText, wholeText } from './canonical-rules.ts';
import { digestOfAll } from './digest.ts';
import { canonicalPlainJson } from './plain-json.ts';
import { canonicalTaggedValue } from './tagged-values.ts';

/**
 * The one form of a value: equal values have equal forms, and unequal values have unequal ones. The order of keys does not
 * matter. Plain JSON is written as RFC 8785 does, with long texts unescaped behind it.
 *
 * @throws {NotCanonicalError} for a function, a symbol, a cycle, a Blob, an instance of a class without `toJSON`.
 */
export function canonicalForm(value: unknown): CanonicalForm {
  // Both ways give a plain value the same form, but to copy it for the library takes four times as long.
  return canonicalPlainJson(value) ?? canonicalTaggedValue(value);
}

/** The canonical form as one text. */
export function canonicalText(value: unknown): string {
  return wholeText(canonicalForm(value));
}

/** A number that is raised whenever the canonical form changes, so that no entry is found under a key of an older form. */
export const FORMAT_VERSION = 2;

const PREFIX = `cached-llm:${FORMAT_VERSION}\n`;

/**
 * The SHA-256 digest of the canonical form of an identity, as 43 characters. Identities in both forms of cross mode share one.
 *
 * @throws {NotCanonicalError} when a part of the request has no canonical form.
 */
export function fingerprint(identity: CallIdentity): string {
  const keyed = identity.form === undefined ? identity : { ...identity, form: 'any' };
  const form = canonicalForm(keyed);
  return digestOfAll(PREFIX + headText(form), form.long);
}
