import { createHash, hash } from 'node:crypto';

/** SHA-256, all 256 bits, as 43 characters that are safe in keys, URLs and file names. */
export function digest(data: string | NodeJS.ArrayBufferView): string {
  return hash('sha256', data, 'base64url');
}

/** Up to this many characters, it is faster to join the texts than to hash them one by one. */
const MAX_JOINED = 4_096;

/** The digest of all texts joined, without a copy of long ones. */
export function digestOfAll(first: string, further: readonly string[]): string {
  let characters = first.length;
  for (const { length } of further) characters += length;
  if (characters <= MAX_JOINED) return digest(first + further.join(''));
  const whole = createHash('sha256').update(first);
  for (const text of further) whole.update(text);
  return whole.digest('base64url');
}
