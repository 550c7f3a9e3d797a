import { className } from '../key/class-name.ts';
import { valueKind } from '../key/value-kind.ts';
import { VALUE_TAGS } from './value-tags.ts';

/** The one key of the objects that stand for what JSON would lose: `{ "$cached-llm": [name, written] }`. */
export const TAG = '$cached-llm';
const DEEPEST = 500;

/** Thrown for a response that would come back from the store as something else: it is not stored. */
export class NotEncodable extends Error {
  override readonly name = 'NotEncodable';
}

function hasUnsafeKey(value: object): boolean {
  return Object.hasOwn(value, '__proto__') || Object.getOwnPropertySymbols(value).length > 0;
}

function writeTagged(value: unknown, depth: number): unknown {
  const tag = VALUE_TAGS.find(({ matches }) => matches(value));
  if (tag === undefined) {
    const isObject = typeof value === 'object' && value !== null;
    const what = isObject ? `an instance of ${className(value)}` : typeof value;
    throw new NotEncodable(`A response that holds ${what} cannot be stored.`);
  }
  // The table's own `matches` has just said that this is the type its `write` takes.
  return {
    [TAG]: [tag.name, tag.write(value as never, (part) => writable(part, depth + 1))],
  };
}

function writeObject(value: object, depth: number): unknown {
  if (depth > DEEPEST) throw new NotEncodable('A cycle, or so deep a value, cannot be stored.');
  if (valueKind(value) === 'special') return writeTagged(value, depth);
  if (hasUnsafeKey(value)) throw new NotEncodable('A key that JSON loses cannot be stored.');
  const written = Array.isArray(value) ? writeList(value, depth) : writeRecord(value, depth);
  return Object.hasOwn(value, TAG) ? { [TAG]: ['record', written] } : written;
}

/** The list itself where JSON holds all of it: most of what is stored needs no copy. */
function writeList(list: readonly unknown[], depth: number): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index += 1) {
    const part = writable(list[index], depth + 1);
    if (part === list[index]) continue;
    copy ??= Array.from(list);
    copy[index] = part;
  }
  return copy ?? list;
}

/** Likewise. Its names are safe. */
function writeRecord(record: object, depth: number): object {
  const given = record as Record<string, unknown>; // not a list
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(given)) {
    const part = writable(given[name], depth + 1);
    if (part === given[name]) continue;
    copy ??= { ...given };
    copy[name] = part;
  }
  return copy ?? record;
}

/**
 * The value as JSON holds it.
 *
 * @throws {NotEncodable} for what would not come back as it was.
 */
export function writable(value: unknown, depth = 0): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return value;
  return typeof value === 'object' ? writeObject(value, depth) : writeTagged(value, depth);
}
