import { className, valueKind } from '../key/index.ts';
import { copyJson, copyWith, parseJson } from './safe-json.ts';
import { readPair, readRecord, VALUE_TAGS } from './value-tags.ts';

/** The one key of the objects that stand for what JSON would lose: `{ "$cached-llm": [name, written] }`. */
const TAG = '$cached-llm';

const DEEPEST = 500;

/** Thrown for a response that would come back from the store as something else: it is not stored. */
export class NotEncodableError extends Error {
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
    throw new NotEncodableError(`A response that holds ${what} cannot be stored.`);
  }
  // The table's own `matches` has just said that this is the type its `write` takes.
  return {
    [TAG]: [tag.name, tag.write(value as never, (part) => toJsonValue(part, depth + 1))],
  };
}

function writeObject(value: object, depth: number): unknown {
  if (depth > DEEPEST)
    throw new NotEncodableError('A cycle, or so deep a value, cannot be stored.');
  if (valueKind(value) === 'special') return writeTagged(value, depth);
  if (hasUnsafeKey(value)) throw new NotEncodableError('A key that JSON loses cannot be stored.');
  const written = Array.isArray(value) ? writeList(value, depth) : writeRecord(value, depth);
  return Object.hasOwn(value, TAG) ? { [TAG]: ['record', written] } : written;
}

/** The list itself where JSON holds all of it: most of what is stored needs no copy. */
function writeList(list: readonly unknown[], depth: number): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index += 1) {
    const part = toJsonValue(list[index], depth + 1);
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
    const part = toJsonValue(given[name], depth + 1);
    if (part === given[name]) continue;
    copy ??= { ...given };
    copy[name] = part;
  }
  return copy ?? record;
}

/**
 * The value as JSON holds it.
 *
 * @throws {NotEncodableError} for what would not come back as it was.
 */
function toJsonValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return value;
  return typeof value === 'object' ? writeObject(value, depth) : writeTagged(value, depth);
}

interface Tagged {
  readonly [TAG]?: unknown;
}

/** A text that was written, as JSON has it. */
export interface ParsedText {
  readonly json: unknown;
  /** Something in it may stand for what JSON has not. */
  readonly isTagged: boolean;
}

function readTagged(tagged: unknown): unknown {
  const [name, written] = readPair(tagged);
  if (name === 'record') return copyWith(readRecord(written), readObject);
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

/** @throws {NotEncodableError} for what would not come back as it was. */
export function encodeValue(value: unknown): string {
  return JSON.stringify(toJsonValue(value));
}

/** @throws {SyntaxError} for what is no JSON, or not safe. */
function parseText(text: string): ParsedText {
  return { json: parseJson(text), isTagged: text.includes(TAG) };
}

/** What was written, all of it anew. @throws {SyntaxError} when {@link encodeValue} did not write it. */
function restoreValue({ json, isTagged }: ParsedText): unknown {
  return isTagged ? read(json) : copyJson(json);
}

/** Every call builds a new value. @throws {SyntaxError} when the text was not written by {@link encodeValue}. */
export function decodeValue(text: string): unknown {
  const written = parseText(text);
  return written.isTagged ? restoreValue(written) : written.json; // which nobody else has
}

/**
 * The encoded response of one entry, for as many as ask for it. Asked for once it is parsed; from the second time on
 * what was parsed is kept, and shown to nobody: each caller has a copy of its own, which is made sooner.
 */
export class Payload {
  readonly text: string;
  #wasDecoded = false;
  #written: ParsedText | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** What `encodeValue` was given, anew. @throws {SyntaxError} when it did not write the text. */
  decode(): unknown {
    if (!this.#wasDecoded) {
      this.#wasDecoded = true;
      return decodeValue(this.text);
    }
    this.#written ??= parseText(this.text);
    return restoreValue(this.#written);
  }
}
