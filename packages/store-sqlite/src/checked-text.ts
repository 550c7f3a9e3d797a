import { crc32 } from 'node:zlib';
import { WIDTH } from './row-text.ts';

const DIGITS = 8;
const START = WIDTH + DIGITS;

/** Of key, expiry and text, so that a row that was moved, or whose life was prolonged, is noticed, too. */
function checkOf(key: string, expiry: string, text: string): string {
  return crc32(text, crc32(`${key}${expiry}`))
    .toString(16)
    .padStart(DIGITS, '0');
}

/** A framed text with a check: SQLite itself notices no bit that flips inside a value. */
export function checkedText(key: string, framed: string): string {
  const expiry = framed.slice(0, WIDTH);
  const text = framed.slice(WIDTH);
  return `${expiry}${checkOf(key, expiry, text)}${text}`;
}

/** The text that was stored under `key`; nothing where `stored` is no longer what was written there. */
export function textIn(key: string, stored: unknown): string | undefined {
  if (typeof stored !== 'string' || stored.length < START) return undefined;
  const text = stored.slice(START);
  const isIntact = stored.slice(WIDTH, START) === checkOf(key, stored.slice(0, WIDTH), text);
  return isIntact ? text : undefined;
}
