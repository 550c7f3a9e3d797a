import { className, valueKind } from '../key/index.ts';
import { readPair, readRecord, VALUE_TAGS } from './value-tags.ts';

/** JSON.stringify never escapes a letter, so only a forged text spells a key with this. */
const ESCAPED_LETTER = '\\u00';

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__')
    throw new SyntaxError('A stored value has a key that names a prototype.');
  return value;
}

/**
 * `JSON.parse` that never returns an object with a key `__proto__`.
 *
 * @throws {SyntaxError} for a text that is no JSON, or has such a key.
 */
export function parseJson(text: string): unknown {
  const isSuspect = text.includes('__proto__') || text.includes(ESCAPED_LETTER);
  return isSuspect ? JSON.parse(text, refusePrototype) : JSON.parse(text);
}

type ConvertPart = (value: object) => unknown;

function copyList(list: readonly unknown[], convert: ConvertPart): unknown[] {
  const copy = list.slice();
  for (let index = 0; index < copy.length; index += 1) {
    const value = copy[index];
    if (typeof value === 'object' && value !== null) copy[index] = convert(value);
  }
  return copy;
}

/** Only for what `parseJson` returned, where no name makes an assignment set a prototype. */
function copyRecord(record: object, convert: ConvertPart): object {
  const copy: Record<string, unknown> = { ...record };
  for (const name of Object.keys(copy)) {
    const value = copy[name];
    if (typeof value === 'object' && value !== null) copy[name] = convert(value);
  }
  return copy;
}

/** A copy of a list or a record that `parseJson` returned. `convert` makes each list and record inside it. */
function copyWith(value: object, convert: ConvertPart): object {
  return Array.isArray(value) ? copyList(value, convert) : copyRecord(value, convert);
}

/** A deep copy of what `parseJson` returned, in a tenth of the time that parsing takes. */
function copyJson(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? copyWith(value, copyJson) : value;
}

/** The one key of the objects that stand for what JSON would lose: `{ "$cached-llm": [name, written] }`. */
const TAG = '$cached-llm';

/** Levels of nesting. A value with a cycle has more. */
const MAX_DEPTH = 500;

/** Thrown for a response that would not come back from the store as it was. Such a response is not stored. */
export class NotEncodableError extends Error {
  override readonly name = 'NotEncodable';
}

function writeTagged(value: unknown, depth: number): unknown {
  const tag = VALUE_TAGS.find(({ matches }) => matches(value));
  if (tag === undefined) {
    const isObject = typeof value === 'object' && value !== null;
    const what = isObject ? `an instance of ${className(value)}` : typeof value;
    throw new NotEncodableError(`A response that holds ${what} cannot be stored.`);
  }
  const convert = (part: unknown) => toJsonValue(part, depth + 1);
  // `matches` has just found that the value has the type that `write` takes.
  return { [TAG]: [tag.name, tag.write(value as never, convert)] };
}

function hasUnsafeKey(value: object): boolean {
  return Object.hasOwn(value, '__proto__') || Object.getOwnPropertySymbols(value).length > 0;
}

function writeObject(value: object, depth: number): unknown {
  if (depth > MAX_DEPTH) {
    throw new NotEncodableError('A cycle, or so deep a value, cannot be stored.');
  }
  if (valueKind(value) === 'special') return writeTagged(value, depth);
  if (hasUnsafeKey(value)) throw new NotEncodableError('A key that JSON loses cannot be stored.');
  const written = Array.isArray(value) ? writeList(value, depth) : writeRecord(value, depth);
  return Object.hasOwn(value, TAG) ? { [TAG]: ['record', written] } : written;
}

/** The list itself where JSON holds all of it, because most of what is stored needs no copy. */
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

/** The record itself where JSON holds all of it. Its names are safe. */
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

function toJsonValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return value;
  return typeof value === 'object' ? writeObject(value, depth) : writeTagged(value, depth);
}

function readTagged(tagged: unknown): unknown {
  const [name, written] = readPair(tagged);
  if (name === 'record') return copyWith(readRecord(written), readObject);
  const tag = VALUE_TAGS.find((candidate) => candidate.name === name);
  if (tag === undefined) throw new SyntaxError('A stored value has an unknown tag.');
  return tag.read(written, fromJsonValue);
}

function readObject(value: object): unknown {
  const tagged: { readonly [TAG]?: unknown } = value;
  return Object.hasOwn(tagged, TAG) ? readTagged(tagged[TAG]) : copyWith(value, readObject);
}

/** The value that {@link toJsonValue} wrote, in new objects. */
function fromJsonValue(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? readObject(value) : value;
}

/**
 * A response as JSON text.
 *
 * @throws {NotEncodableError} for a value that would not come back as it was.
 */
export function encodeValue(value: unknown): string {
  return JSON.stringify(toJsonValue(value));
}

interface ParsedText {
  readonly json: unknown;
  /** Does the text name the key of tagged values? */
  readonly isTagged: boolean;
}

function parseText(text: string): ParsedText {
  return { json: parseJson(text), isTagged: text.includes(TAG) };
}

/**
 * The value that {@link encodeValue} was given. Every call builds a new one.
 *
 * @throws {SyntaxError} or another error where `encodeValue` did not write the text.
 */
export function decodeValue(text: string): unknown {
  const { json, isTagged } = parseText(text);
  return isTagged ? fromJsonValue(json) : json;
}

/**
 * The encoded response of one entry. The first decoding parses the text. From the second one on the parsed JSON is
 * remembered, and each caller gets a copy, which takes a tenth of the time of parsing.
 */
export class Payload {
  readonly text: string;
  #wasDecoded = false;
  #parsed: ParsedText | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Like {@link decodeValue}. Every call builds a new value. */
  decode(): unknown {
    if (!this.#wasDecoded) {
      this.#wasDecoded = true;
      return decodeValue(this.text);
    }
    this.#parsed ??= parseText(this.text);
    const { json, isTagged } = this.#parsed;
    return isTagged ? fromJsonValue(json) : copyJson(json);
  }
}
