/** Deeper or longer than what is asked again and again. */
const DEEPEST = 16;
const MOST_PARTS = 128;
const NOT_PLAIN = -1;

/** What is left of `room` after a value; less than nothing where it is too large, or JSON would lose a part of it. */
function roomAfter(value: unknown, room: number, depth: number): number {
  if (typeof value === 'string') return room - value.length;
  if (typeof value === 'number') return Number.isFinite(value) ? room - 1 : NOT_PLAIN;
  if (typeof value === 'boolean' || value === null) return room - 1;
  if (typeof value !== 'object' || depth > DEEPEST) return NOT_PLAIN;
  return Array.isArray(value) ? afterArray(value, room, depth) : afterRecord(value, room, depth);
}

function afterArray(array: readonly unknown[], room: number, depth: number): number {
  if (array.length > MOST_PARTS || Object.getPrototypeOf(array) !== Array.prototype)
    return NOT_PLAIN;
  // Fields beside the items, and holes among them, are lost.
  if (Object.keys(array).length !== array.length) return NOT_PLAIN;
  let left = room;
  for (const item of array) {
    left = roomAfter(item, left, depth + 1);
    if (left < 0) return NOT_PLAIN;
  }
  return Object.getOwnPropertySymbols(array).length > 0 ? NOT_PLAIN : left;
}

function afterRecord(record: object, room: number, depth: number): number {
  const prototype: unknown = Object.getPrototypeOf(record);
  if (prototype !== Object.prototype && prototype !== null) return NOT_PLAIN;
  let left = room;
  for (const name of Object.keys(record)) {
    const value: unknown = (record as Record<string, unknown>)[name]; // a key of its own
    if (value === undefined) continue; // the wire has no such field
    left = roomAfter(value, left - name.length, depth + 1);
    if (left < 0) return NOT_PLAIN;
  }
  return Object.getOwnPropertySymbols(record).length > 0 ? NOT_PLAIN : left;
}

/**
 * The JSON text of arguments that JSON holds wholly: two that have one text are the same to a model, so
 * what was worked out for the one stands for the other. Nothing for others, and for what is longer than `most`.
 */
export function plainText(given: readonly unknown[], most: number): string | undefined {
  try {
    return roomAfter(given, most, 0) < 0 ? undefined : JSON.stringify(given);
  } catch {
    return undefined; // a getter threw
  }
}
