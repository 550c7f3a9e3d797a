import { className } from './class-name.ts';

export type ValueKind = 'record' | 'array' | 'special';

/**
 * What JSON can make of an object. Judged by shape and not by identity with this realm's `Object`,
 * so that values from another realm (a `vm` context, an iframe) are what they seem to be.
 */
export function valueKind(value: object): ValueKind {
  if (Array.isArray(value)) return isPlainArray(value) ? 'array' : 'special';
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return 'record';
  const isRoot = Object.getPrototypeOf(prototype) === null;
  return isRoot && className(value) === 'Object' ? 'record' : 'special';
}

/** JSON loses the fields of an array, such as the `groups` of a match. */
function isPlainArray(array: readonly unknown[]): boolean {
  if (className(array) !== 'Array' || Object.getOwnPropertySymbols(array).length > 0) return false;
  const last = Object.keys(array).at(-1) ?? '0'; // names come after indices
  return /^\d+$/.test(last);
}
