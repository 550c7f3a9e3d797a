import { randomUUID } from 'node:crypto';

/** Stands before the digits of a long integer; nobody can know it, so no text passes for an integer. */
const MARK = randomUUID();
const LONG = /(?<![\d.])-?\d{16,}(?![\d.eE])/g;
// No repeated group: over a text of 10 MB that exhausts the stack.
const TOKENS = /\\[\s\S]|"|[^"\\]+/g;

function revive(_key: string, value: unknown): unknown {
  const isMarked = typeof value === 'string' && value.startsWith(MARK);
  return isMarked ? BigInt(value.slice(MARK.length)) : value;
}

/**
 * JSON with integers of 16 digits and more as bigints, which JSON.parse would round: a seed of 20 digits
 * is not its neighbour.
 *
 * @throws {SyntaxError} where JSON.parse would.
 */
export function parseExactly(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  let isText = false;
  const marked = text.replace(TOKENS, (token) => {
    if (token === '"') isText = !isText;
    return isText ? token : token.replace(LONG, (digits) => `"${MARK}${digits}"`);
  });
  return JSON.parse(marked, revive);
}
