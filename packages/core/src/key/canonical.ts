import { type CanonicalForm, joined } from './canonical-form.ts';
import { plainForm } from './plain-form.ts';
import { richForm } from './rich-form.ts';

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
