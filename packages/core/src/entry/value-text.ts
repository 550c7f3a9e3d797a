import { parseJson } from './json.ts';
import { copyWith, jsonCopy } from './json-copy.ts';
import { VALUE_TAGS } from './value-tags.ts';
import { TAG, writable } from './writable.ts';
import { writtenPair, writtenRecord } from './written-value.ts';

interface Tagged {
  readonly [TAG]?: unknown;
}

/** A text that was written, as JSON has it. */
export interface Written {
  readonly json: unknown;
  /** Something in it may stand for what JSON has not. */
  readonly isTagged: boolean;
}

function readTagged(tagged: unknown): unknown {
  const [name, written] = writtenPair(tagged);
  if (name === 'record') return copyWith(writtenRecord(written), readObject);
  const tag = VALUE_TAGS.find((candidate) => candidate.name === name);
  if (tag === undefined) throw new SyntaxError('A stored value has an unknown tag.');
  return tag.read(written, read);
}

function readObject(value: object): unknown {
  const tagged: Tagged = value;
  return Object.hasOwn(tagged, TAG) ? readTagged(tagged[TAG]) : copyWith(value, readObject);
}

function read(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? readObject(value) : value;
}

/** @throws {NotEncodable} for what would not come back as it was. */
export function encodeValue(value: unknown): string {
  return JSON.stringify(writable(value));
}

/** @throws {SyntaxError} for what is no JSON, or not safe. */
export function writtenIn(text: string): Written {
  return { json: parseJson(text), isTagged: text.includes(TAG) };
}

/** What was written, all of it anew. @throws {SyntaxError} when {@link encodeValue} did not write it. */
export function valueIn({ json, isTagged }: Written): unknown {
  return isTagged ? read(json) : jsonCopy(json);
}

/** Every call builds a new value. @throws {SyntaxError} when the text was not written by {@link encodeValue}. */
export function decodeValue(text: string): unknown {
  const written = writtenIn(text);
  return written.isTagged ? valueIn(written) : written.json; // which nobody else has
}
