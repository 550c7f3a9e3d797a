import { crc32 } from 'node:zlib';
import { WIDTH } from './framed-text.ts';

/** Begins no JSON text: a row of version 0.1.0, which has no check, is told by what stands here. */
const MARK = '\u0001';
const START = WIDTH + 1;
const DIGITS = 8;

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
  return `${expiry}${MARK}${checkOf(key, expiry, text)}${text}`;
}

/** The text that was stored under `key`; nothing where `stored` is no longer what was written there. */
export function textIn(key: string, stored: unknown): string | undefined {
  if (typeof stored !== 'string' || stored.length < WIDTH) return undefined;
  if (stored[WIDTH] !== MARK) return stored.slice(WIDTH);
  const text = stored.slice(START + DIGITS);
  const isIntact =
    stored.slice(START, START + DIGITS) === checkOf(key, stored.slice(0, WIDTH), text);
  return isIntact ? text : undefined;
}
