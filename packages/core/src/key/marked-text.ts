/**
 * Starts a string that stands for what JSON would lose. A user's string that starts with it gets one
 * more, so that no text can pass for another value.
 */
export const MARK = '\u0000';

/** Longer texts enter as they are, behind the rest: hashing them raw beats escaping them (3x at 100 KB). */
const LONG_TEXT = 256;

/** Does it enter as it is? A lone surrogate has no UTF-8 form: two such texts would have one digest. */
export function isLong(text: string): boolean {
  return text.length > LONG_TEXT && text.isWellFormed();
}

/** What stands in the place of a long text: where it ends, among those behind the rest. */
export function markOf(long: string): string {
  return `${MARK}text:${long.length}`;
}

/** The same as JSON has it. */
export function writtenMarkOf(long: string): string {
  return `"\\u0000text:${long.length}"`;
}

/** Any other text. */
export function marked(text: string): string {
  return text.startsWith(MARK) ? MARK + text : text;
}
