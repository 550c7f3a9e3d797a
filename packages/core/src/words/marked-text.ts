import { digest } from './digest.ts';

/**
 * Starts a string that stands for what JSON would lose. A user's string that starts with it gets one
 * more, so that no text can pass for another value.
 */
export const MARK = '\u0000';

/** Longer texts enter as length and digest: hashing them raw beats escaping them (3x at 100 KB). */
const LONG_TEXT = 256;

/** A user's text as it stands in a canonical form. */
export function textOf(text: string): string {
  // A lone surrogate has no UTF-8 form: two such texts would have one digest.
  if (text.length > LONG_TEXT && text.isWellFormed()) {
    return `${MARK}text:${text.length}:${digest(text)}`;
  }
  return text.startsWith(MARK) ? MARK + text : text;
}
