import { hash } from 'node:crypto';

/** SHA-256, all 256 bits, as 43 characters that are safe in keys, URLs and file names. */
export function digest(data: string | NodeJS.ArrayBufferView): string {
  return hash('sha256', data, 'base64url');
}
