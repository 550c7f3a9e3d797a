import { valueKind } from '../key/value-kind.ts';

/** Each object once: a part that stands in two places, or in itself, does so in the copy. */
type Copies = Map<object, unknown>;

function copyRecord(record: Record<string, unknown>, copies: Copies): unknown {
  const copy = { ...record };
  copies.set(record, copy);
  for (const name of Object.keys(copy)) copy[name] = copyOf(copy[name], copies);
  return copy;
}

function copyArray(array: readonly unknown[], copies: Copies): unknown {
  const copy: unknown[] = [];
  copies.set(array, copy);
  for (const part of array) copy.push(copyOf(part, copies));
  return copy;
}

function copyOf(value: unknown, copies: Copies): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const kind = valueKind(value);
  if (kind === 'special') return value;
  if (copies.has(value)) return copies.get(value);
  return kind === 'array'
    ? copyArray(value as readonly unknown[], copies) // its kind says so
    : copyRecord(value as Record<string, unknown>, copies); // likewise
}

/**
 * The arguments as they are now. A call is made later than it was asked for, after a look-up or behind a
 * stale answer, and its caller may by then have gone on with its request (a chat appends the answer).
 * Records and arrays are copied; an instance, a function, bytes stay the same object.
 */
export function snapshot(given: readonly unknown[]): readonly unknown[] {
  const copies: Copies = new Map();
  return given.map((argument) => copyOf(argument, copies));
}
