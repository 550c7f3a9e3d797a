/** What a value says, so that equal values say the same and unequal ones do not. */
export interface CanonicalForm {
  /** JSON, with the names of each record in order, and a mark for each part that is not here. */
  readonly structure: string;
  /** Long texts as they are, in the order of their marks. */
  readonly long: readonly string[];
}

/** What comes before the long texts: nothing in JSON is a raw line feed. */
export function headText({ structure, long }: CanonicalForm): string {
  return long.length === 0 ? structure : `${structure}\n`;
}

export function wholeText(form: CanonicalForm): string {
  return headText(form) + form.long.join('');
}

/**
 * Starts a string that stands for what JSON would lose. A user's string that starts with it gets one
 * more, so that no text can pass for another value.
 */
export const MARK = '\u0000';

/** Longer texts enter as they are, behind the rest: hashing them raw beats escaping them (3x at 100 KB). */
const MIN_LONG_TEXT = 256;

/** Does it enter as it is? A lone surrogate has no UTF-8 form: two such texts would have one digest. */
export function isLongText(text: string): boolean {
  return text.length > MIN_LONG_TEXT && text.isWellFormed();
}

/** What stands in the place of a long text: where it ends, among those behind the rest. */
export function longTextMark(long: string): string {
  return `${MARK}text:${long.length}`;
}

/** The same as JSON has it. */
export function quotedLongTextMark(long: string): string {
  return `"\\u0000text:${long.length}"`;
}

/** Any other text. */
export function escapeMark(text: string): string {
  return text.startsWith(MARK) ? MARK + text : text;
}

/** A field's name, or an index. */
export type Segment = string | number;

/** Thrown for a value that has no rule: such a call is a bypass, it never shares a key by accident. */
export class NotCanonicalError extends Error {
  override readonly name = 'NotCanonicalError';
  /** Where in the value: names of fields, never their contents. */
  readonly path: string;

  constructor(what: string, path: readonly Segment[]) {
    super(`${what} cannot be part of a key`);
    this.path = path.map(segmentText).join('').replace(/^\./, '');
  }
}

// The key of a dictionary may be a user's text, and this path is shown in events: a digit, a dash or a
// point may be part of an address, a number or a secret.
function segmentText(segment: Segment): string {
  if (typeof segment === 'number') return `[${segment}]`;
  return /^[A-Za-z_$]{1,30}$/.test(segment) ? `.${segment}` : '.…';
}
