import { createHash, hash } from 'node:crypto';
import { type Fields, isFields, listOf } from './fields.ts';

/** SHA-256, all 256 bits, as 43 characters that are safe in keys, URLs and file names. */
export function digest(data: string | NodeJS.ArrayBufferView): string {
  return hash('sha256', data, 'base64url');
}

/** Up to this many characters, it is faster to join the texts than to hash them one by one. */
const MAX_JOINED = 4_096;

/** The digest of all texts joined, without a copy of long ones. */
export function digestOfAll(first: string, further: readonly string[]): string {
  let characters = first.length;
  for (const { length } of further) characters += length;
  if (characters <= MAX_JOINED) return digest(first + further.join(''));
  const whole = createHash('sha256').update(first);
  for (const text of further) whole.update(text);
  return whole.digest('base64url');
}

/** A form that equal values share, and that no two unequal values share. */
export interface CanonicalForm {
  /** JSON with the names of each record in order, and with a mark in place of each long text. */
  readonly structure: string;
  /** Long texts as they are, in the order of their marks. */
  readonly long: readonly string[];
}

/** The text before the long texts. It ends with a line feed, which is never raw in JSON. */
export function headText({ structure, long }: CanonicalForm): string {
  return long.length === 0 ? structure : `${structure}\n`;
}

export function wholeText(form: CanonicalForm): string {
  return headText(form) + form.long.join('');
}

/**
 * The first character of a string that stands for a value that JSON would lose. A user's string that starts with it gets
 * one more, so that no string has the form of another value.
 */
export const MARK = '\u0000';

/** Longer texts stand unescaped behind the rest, because that is 3 times as fast at 100 KB. */
export const MIN_LONG_TEXT = 256;

/** Does this text stand behind the rest? Not with a lone surrogate: it has no UTF-8 form, so two such texts would have one digest. */
export function isLongText(text: string): boolean {
  return text.length > MIN_LONG_TEXT && text.isWellFormed();
}

/** Stands in the place of a long text, and gives its length, so that the texts behind the rest can be told apart. */
export function longTextMark(long: string): string {
  return `${MARK}text:${long.length}`;
}

/** The same mark as a string of JSON. */
export function quotedLongTextMark(long: string): string {
  return `"\\u0000text:${long.length}"`;
}

/** A text that is not long, so that it cannot be taken for a mark. */
export function escapeMark(text: string): string {
  return text.startsWith(MARK) ? MARK + text : text;
}

/**
 * The first item of a list that stands for the fields of a JSON Schema: the list goes on with each name and its value, in
 * their order. No user's list starts with it, because `escapeMark` changes a text that starts with the mark.
 */
export const IN_ORDER = `${MARK}ordered`;

/** The same item as a string of JSON. */
export const QUOTED_IN_ORDER = '"\\u0000ordered"';

/** The types of JSON Schema, which Google writes in capitals. */
const TYPE = /^(object|array|string|number|integer|boolean|null)$/i;

/** Of these, each makes a record with `properties` a schema. A list of `required` names and a `type` do so as well. */
const SCHEMA_ALONE =
  /^(\$schema|\$defs|definitions|additionalProperties|unevaluatedProperties|patternProperties|propertyNames|minProperties|maxProperties|dependentRequired|propertyOrdering|property_ordering)$/;

const SCHEMA_OF_A_FIELD =
  /^(\$ref|anyOf|any_of|oneOf|allOf|not|enum|const|properties|items|description)$/;

const isType = (type: unknown) => typeof type === 'string' && TYPE.test(type);

const hasType = ({ type }: Fields) => isType(type) || listOf(type).some(isType);

/** Could this be the schema of one field? An empty one allows any value. */
function isSchema(value: unknown): boolean {
  if (!isFields(value)) return false;
  const names = Object.keys(value);
  return names.length === 0 || hasType(value) || names.some((name) => SCHEMA_OF_A_FIELD.test(name));
}

/** Are these `properties` the fields of a JSON Schema, and not any data of this name? */
function isOfSchema(record: Fields, properties: Fields): boolean {
  if (hasType(record) || Array.isArray(record.required)) return true;
  if (Object.keys(record).some((name) => SCHEMA_ALONE.test(name))) return true;
  return Object.values(properties).some(isSchema);
}

/**
 * Records under these names may be the fields of a JSON Schema. Cohere's first API, its SDK, and its models on Bedrock have the
 * parameters of a tool under another name, which nothing else has.
 */
export const MAY_BE_IN_ORDER: ReadonlySet<string> = new Set([
  'properties',
  'parameter_definitions',
  'parameterDefinitions',
]);

/**
 * The fields in `record[name]` if their order counts. A model generates the fields of a JSON Schema in the order in which the
 * schema has them, so that `{ reasoning, answer }` is answered otherwise than `{ answer, reasoning }`. In doubt the order counts.
 */
export function fieldsInOrder(record: Fields, name: string): Fields | undefined {
  const fields = MAY_BE_IN_ORDER.has(name) ? record[name] : undefined;
  if (!isFields(fields)) return undefined;
  return name !== 'properties' || isOfSchema(record, fields) ? fields : undefined;
}

/** The name of a field, or an index. */
export type Segment = string | number;

/** Thrown for a value that no rule covers. Such a call is a bypass, so that it never shares a key by accident. */
export class NotCanonicalError extends Error {
  override readonly name = 'NotCanonicalError';
  /** Where it is in the value: names of fields, and never what they hold. */
  readonly path: string;

  /** @param remedy what to write, where that is known of such a value. @default '' */
  constructor(
    what: string,
    path: readonly Segment[],
    readonly remedy = '',
  ) {
    super(`${what} cannot be part of a key`);
    this.path = path.map(segmentText).join('').replace(/^\./, '');
  }
}

// Events show this path, and the key of a dictionary may be a user's text. A digit, a dash or a point may be part of an
// address, a number or a secret.
function segmentText(segment: Segment): string {
  if (typeof segment === 'number') return `[${segment}]`;
  return /^[A-Za-z_$]{1,30}$/.test(segment) ? `.${segment}` : '.…';
}
