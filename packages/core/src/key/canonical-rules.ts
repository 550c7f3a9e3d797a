/** A form that equal values share, and that no two unequal values share. */
export interface CanonicalForm {
  /** JSON with the names of each record in order, and with a mark in place of each long text. */
  readonly structure: string;
  /** Long texts as they are, in the order of their marks. */
  readonly long: readonly string[];
}

/** The text before the long texts. It ends with a line feed, which is never raw in JSON. */
export function headText({ structure, long }: CanonicalForm): string {
  return long.length === 0 ? structure : `${structure}\n`;
}

export function wholeText(form: CanonicalForm): string {
  return headText(form) + form.long.join('');
}

/**
 * The first character of a string that stands for a value that JSON would lose. A user's string that starts with it gets
 * one more, so that no string has the form of another value.
 */
export const MARK = '\u0000';

/** Longer texts stand unescaped behind the rest, because that is 3 times as fast at 100 KB. */
const MIN_LONG_TEXT = 256;

/** Does this text stand behind the rest? Not with a lone surrogate: it has no UTF-8 form, so two such texts would have one digest. */
export function isLongText(text: string): boolean {
  return text.length > MIN_LONG_TEXT && text.isWellFormed();
}

/** Stands in the place of a long text, and gives its length, so that the texts behind the rest can be told apart. */
export function longTextMark(long: string): string {
  return `${MARK}text:${long.length}`;
}

/** The same mark as a string of JSON. */
export function quotedLongTextMark(long: string): string {
  return `"\\u0000text:${long.length}"`;
}

/** A text that is not long, so that it cannot be taken for a mark. */
export function escapeMark(text: string): string {
  return text.startsWith(MARK) ? MARK + text : text;
}

/** The name of a field, or an index. */
export type Segment = string | number;

/** Thrown for a value that no rule covers. Such a call is a bypass, so that it never shares a key by accident. */
export class NotCanonicalError extends Error {
  override readonly name = 'NotCanonicalError';
  /** Where it is in the value: names of fields, and never what they hold. */
  readonly path: string;

  constructor(what: string, path: readonly Segment[]) {
    super(`${what} cannot be part of a key`);
    this.path = path.map(segmentText).join('').replace(/^\./, '');
  }
}

// Events show this path, and the key of a dictionary may be a user's text. A digit, a dash or a point may be part of an
// address, a number or a secret.
function segmentText(segment: Segment): string {
  if (typeof segment === 'number') return `[${segment}]`;
  return /^[A-Za-z_$]{1,30}$/.test(segment) ? `.${segment}` : '.…';
}
