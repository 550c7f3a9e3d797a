import { parseJson } from './json.ts';
import { VALUE_TAGS } from './value-tags.ts';
import { TAG, writable } from './writable.ts';
import { writtenPair, writtenRecord } from './written-value.ts';

interface Tagged {
  readonly [TAG]?: unknown;
}

function mapChildren(value: object, part: (child: unknown) => unknown): unknown {
  if (Array.isArray(value)) return Array.from(value, part);
  const entries = Object.entries(value).map(([key, child]) => [key, part(child)] as const);
  return Object.fromEntries(entries);
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
  return JSON.stringify(writable(value));
}

/** Every call builds a new value. @throws {SyntaxError} when the text was not written by {@link encodeValue}. */
export function decodeValue(text: string): unknown {
  const value = parseJson(text);
  return text.includes(TAG) ? read(value) : value;
}
