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

const INDEX = /^(0|[1-9]\d*)$/;

/** JSON loses the fields of an array, such as the `groups` of a match. */
function isPlainArray(array: readonly unknown[]): boolean {
  const isOurs = Object.getPrototypeOf(array) === Array.prototype || className(array) === 'Array';
  if (!isOurs || Object.getOwnPropertySymbols(array).length > 0) return false;
  const last = Object.keys(array).at(-1); // names come after indices
  if (last === undefined || last === String(array.length - 1)) return true;
  return INDEX.test(last) && Number(last) < array.length; // it ends in holes
}
