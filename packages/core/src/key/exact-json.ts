import { randomUUID } from 'node:crypto';

/** Shorter integers are exact. What is part of a fraction or of an exponent is no integer. */
const LONG_INTEGER = /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;
const LONGEST_EXACT = 15;

type Leaf = (value: unknown, holder: Record<string, unknown>, name: string) => void;

/** Visits each value in parsed JSON that is no record and no list. */
function visitLeaves(parsed: object, visit: Leaf): void {
  const holders: object[] = [parsed];
  const visitPart = (holder: object, name: string): void => {
    const record = holder as Record<string, unknown>; // a list can be read and written in the same way
    const value = record[name];
    if (typeof value === 'object' && value !== null) holders.push(value);
    else visit(value, record, name);
  };
  for (let holder = holders.pop(); holder !== undefined; holder = holders.pop()) {
    for (const name of Object.keys(holder)) visitPart(holder, name);
  }
}

const isRounded = (value: unknown) =>
  typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;

/** A string of JSON ends at a quote that no odd number of backslashes precedes. Returns the index after it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end > 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text[before - 1] === '\\') before -= 1;
    if ((end - before) % 2 === 0) return end + 1;
  }
  return text.length;
}

/** The text with `mark` before each integer of 16 digits and more, as a string. What is in a string stays. */
function withMarks(text: string, mark: string): string {
  const pieces: string[] = [];
  let copied = 0;
  for (let start = 0; start < text.length; ) {
    const quote = text.indexOf('"', start);
    const end = quote < 0 ? text.length : quote;
    const outside = end - start > LONGEST_EXACT ? text.slice(start, end) : '';
    const marked = outside.replace(LONG_INTEGER, (digits) => `"${mark}${digits}"`);
    if (marked !== outside) {
      pieces.push(text.slice(copied, start), marked);
      copied = end;
    }
    start = quote < 0 ? end : endOfString(text, quote);
  }
  return pieces.join('') + text.slice(copied);
}

/** Would an integer of this JSON be rounded? `parsed` is what `JSON.parse` makes of the text. */
export function hasLongInteger(text: string, parsed: object): boolean {
  if (!/\d{16}/.test(text)) return false;
  let hasOne = false;
  visitLeaves(parsed, (value) => {
    if (isRounded(value)) hasOne = true;
  });
  return hasOne;
}

/** Some integers of 16 digits are exact. They are numbers, whatever else is in the request. */
function exactInteger(digits: string): number | bigint {
  const integer = Number(digits);
  return isRounded(integer) ? BigInt(digits) : integer;
}

/**
 * JSON with the integers that `JSON.parse` rounds as bigints: two requests with different seeds of 20 digits are two. It
 * costs no more than to parse where there is none, however many digits the texts have.
 *
 * @param parsed what `JSON.parse` makes of the text. It is returned where it is exact.
 */
export function parseExactly(text: string, parsed: object): object {
  if (!hasLongInteger(text, parsed)) return parsed;
  const mark = randomUUID(); // so that no text in a request passes for an integer
  const marked: object = JSON.parse(withMarks(text, mark)); // an object, as `parsed` is
  visitLeaves(marked, (value, holder, name) => {
    const isMarked = typeof value === 'string' && value.startsWith(mark);
    if (isMarked) holder[name] = exactInteger(value.slice(mark.length));
  });
  return marked;
}
