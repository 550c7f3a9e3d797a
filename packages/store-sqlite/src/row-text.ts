import { crc32 } from 'node:zlib';
import type { DeserializedData } from 'keyv';

// A row's value is its expiry, a checksum, and the text that was stored.
const EXPIRY_WIDTH = 15;
const CHECKSUM_WIDTH = 8;
const TEXT_START = EXPIRY_WIDTH + CHECKSUM_WIDTH;

export const NEVER = '9'.repeat(EXPIRY_WIDTH);

/** An instant as text of a fixed width, so that comparing the texts compares the instants. */
export function expiryText(expiresAt: number | undefined): string {
  // NaN and instants beyond the width never expire: a row too many does less harm than one that is lost.
  if (expiresAt === undefined || !(expiresAt < Number(NEVER))) return NEVER;
  return String(Math.max(0, Math.ceil(expiresAt))).padStart(EXPIRY_WIDTH, '0');
}

/** What a row's expiry is compared with: the row is live through its last millisecond. */
export function expiryNow(): string {
  return expiryText(Date.now());
}

/** The expiry, then the text as it is: encoding it as JSON once more would double the cost of every read. */
export function frameText<Value>({ value, expires }: DeserializedData<Value>): string {
  if (typeof value === 'string') return expiryText(expires) + value;
  throw new TypeError(`This store stores strings, not ${typeof value}.`);
}

/** Without the expiry, which the query has checked: Keyv would delete an expired row, and perhaps one just written. */
export function deframeText(text: string): { value: string } {
  return { value: text };
}

/** Covers key, expiry and text, so that a row that was moved, or whose life was prolonged, is noticed as well. */
function checksumOf(key: string, expiry: string, text: string): string {
  return crc32(text, crc32(`${key}${expiry}`))
    .toString(16)
    .padStart(CHECKSUM_WIDTH, '0');
}

/** Adds the checksum to a framed text: SQLite does not notice a bit that flips inside a value. */
export function rowText(key: string, framed: string): string {
  const expiry = framed.slice(0, EXPIRY_WIDTH);
  const text = framed.slice(EXPIRY_WIDTH);
  return `${expiry}${checksumOf(key, expiry, text)}${text}`;
}

/** Returns the text that was stored under `key`, or nothing if the row's value has changed since. */
export function textIn(key: string, row: unknown): string | undefined {
  if (typeof row !== 'string' || row.length < TEXT_START) return undefined;
  const text = row.slice(TEXT_START);
  const checksum = checksumOf(key, row.slice(0, EXPIRY_WIDTH), text);
  return row.slice(EXPIRY_WIDTH, TEXT_START) === checksum ? text : undefined;
}
