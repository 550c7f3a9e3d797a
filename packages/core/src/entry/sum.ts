import { crc32 } from 'node:zlib';

const LENGTH = 8;

/** Sees what happens to bytes by accident; against a forger there are secrets. */
const sumOf = (text: string) => crc32(text).toString(16).padStart(LENGTH, '0');

/** A sum of the text, and the text. */
export function summed(text: string): string {
  return sumOf(text) + text;
}

/** The text, if it is still what {@link summed} made the row of. */
export function unsummed(row: string): string | undefined {
  const text = row.slice(LENGTH);
  return row.slice(0, LENGTH) === sumOf(text) ? text : undefined;
}
