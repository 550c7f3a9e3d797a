import type { DeserializedData } from 'keyv';

/** Characters of a row before the rest: its expiry. */
export const WIDTH = 15;
export const NEVER = '9'.repeat(WIDTH);

/** An instant as text of a fixed width, so that comparing texts compares instants. */
export function expiryText(expiresAt: number | undefined): string {
  // NaN and what lies beyond the width last for ever: better kept than lost.
  if (expiresAt === undefined || !(expiresAt < Number(NEVER))) return NEVER;
  return String(Math.max(0, Math.ceil(expiresAt))).padStart(WIDTH, '0');
}

/** What a row's expiry is compared with: the row is live up to its last millisecond. */
export function expiryNow(): string {
  return expiryText(Date.now());
}

/** The expiry, then the text as it is: encoding it as JSON once more would double the cost of every read. */
export function frameText<Value>({ value, expires }: DeserializedData<Value>): string {
  if (typeof value !== 'string')
    throw new TypeError(`This store keeps strings, not ${typeof value}.`);
  return expiryText(expires) + value;
}

/** Without an expiry, which the query has checked: Keyv would delete on reading, and perhaps a fresh row. */
export function deframeText(text: string): { value: string } {
  return { value: text };
}
