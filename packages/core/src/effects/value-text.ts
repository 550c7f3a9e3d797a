import { className } from '../words/class-name.ts';
import { valueKind } from '../words/value-kind.ts';
import { parseJson } from './json.ts';
import { VALUE_TAGS } from './value-tags.ts';
import { writtenPair, writtenRecord } from './written-value.ts';

/** The one key of the objects that stand for what JSON would lose: `{ "$cached-llm": [name, written] }`. */
const TAG = '$cached-llm';
const DEEPEST = 500;

/** Thrown for a response that would come back from the store as something else: it is not stored. */
export class NotEncodable extends Error {
  override readonly name = 'NotEncodable';
}

interface Tagged {
  readonly [TAG]?: unknown;
}

function mapChildren(value: object, part: (child: unknown) => unknown): unknown {
  if (Array.isArray(value)) return Array.from(value, part);
  const entries = Object.entries(value).map(([key, child]) => [key, part(child)] as const);
  return Object.fromEntries(entries);
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
    [TAG]: [tag.name, tag.write(value as never, (part) => write(part, depth + 1))],
  };
}

function writeObject(value: object, depth: number): unknown {
  if (depth > DEEPEST) throw new NotEncodable('A cycle, or so deep a value, cannot be stored.');
  if (valueKind(value) === 'special') return writeTagged(value, depth);
  if (hasUnsafeKey(value)) throw new NotEncodable('A key that JSON loses cannot be stored.');
  const written = mapChildren(value, (child) => write(child, depth + 1));
  return Object.hasOwn(value, TAG) ? { [TAG]: ['record', written] } : written;
}

function write(value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return value;
  return typeof value === 'object' ? writeObject(value, depth) : writeTagged(value, depth);
}

function readTagged(tagged: unknown): unknown {
  const [name, written] = writtenPair(tagged);
  if (name === 'record') return mapChildren(writtenRecord(written), read);
  const tag = VALUE_TAGS.find((candidate) => candidate.name === name);
  if (tag === undefined) throw new SyntaxError('A stored value has an unknown tag.');
  return tag.read(written, read);
}

function read(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const tagged: Tagged = value;
  return Object.hasOwn(tagged, TAG) ? readTagged(tagged[TAG]) : mapChildren(value, read);
}

/** @throws {NotEncodable} for what would not come back as it was. */
export function encodeValue(value: unknown): string {
  return JSON.stringify(write(value, 0));
}

/** Every call builds a new value. @throws {SyntaxError} when the text was not written by {@link encodeValue}. */
export function decodeValue(text: string): unknown {
  const value = parseJson(text);
  return text.includes(TAG) ? read(value) : value;
}
