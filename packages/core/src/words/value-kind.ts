export type ValueKind = 'record' | 'array' | 'special';

/**
 * What JSON can make of an object. Judged by shape and not by identity with this realm's `Object`,
 * so that values from another realm (a `vm` context, an iframe) are what they seem to be.
 */
export function valueKind(value: object): ValueKind {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return 'record';
  if (prototype === Array.prototype) return 'array';
  return foreignKind(value, prototype as object); // a prototype is an object or null
}

function foreignKind(value: object, prototype: object): ValueKind {
  const { name } = prototype.constructor ?? {};
  if (Array.isArray(value)) return name === 'Array' ? 'array' : 'special';
  const isRoot = Object.getPrototypeOf(prototype) === null;
  return isRoot && name === 'Object' ? 'record' : 'special';
}
