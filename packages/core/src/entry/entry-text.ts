import { crc32 } from 'node:zlib';
import { isFields } from '../key/index.ts';
import type { Entry, EntryHeader, Served } from './entry.ts';
import type { Usage } from './usage.ts';
import { parseJson } from './value-text.ts';

const CHECKSUM_LENGTH = 8;

/** CRC-32 finds accidental damage. Only a secret finds a forgery. */
const checksumOf = (text: string) => crc32(text).toString(16).padStart(CHECKSUM_LENGTH, '0');

/** The text with its checksum before it. */
export function withChecksum(text: string): string {
  return checksumOf(text) + text;
}

/** The text of a row that {@link withChecksum} made. Undefined if the row was damaged since. */
export function withoutChecksum(row: string): string | undefined {
  const text = row.slice(CHECKSUM_LENGTH);
  return row.slice(0, CHECKSUM_LENGTH) === checksumOf(text) ? text : undefined;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';

const isNumber: Check = Number.isFinite;

const isListOf = (check: Check): Check => {
  return (value) => Array.isArray(value) && value.every(check);
};

const USAGE: readonly (keyof Usage)[] = [
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'cost',
  'details',
  'serviceTier',
];

const SERVED: readonly (keyof Served)[] = ['model', 'fingerprint'];

/** Every header has these fields. They are written first, in a fixed order and without names. */
type FirstField = 'fingerprint' | 'storedAt' | 'freshUntil' | 'provider';

type LaterField = Exclude<keyof EntryHeader, FirstField>;

interface FieldFormat {
  readonly letter: string;
  readonly isValid: Check;
  /** The names of a record's fields, where the record is written as a list of their values. */
  readonly parts?: readonly string[];
}

/**
 * How each further field of a header is written: by a letter, because rows stay in memory as they are and names
 * take as much room there as values. Letters, and the order of parts, must not change within a format version.
 */
const FORMATS: Readonly<Record<LaterField, FieldFormat>> = {
  scope: { letter: 's', isValid: isText },
  staleUntil: { letter: 'r', isValid: isNumber },
  fallbackUntil: { letter: 'b', isValid: isNumber },
  kind: { letter: 'k', isValid: (value) => value === 'response' || value === 'stream' },
  form: { letter: 'f', isValid: isText },
  delays: { letter: 'd', isValid: isListOf(isNumber) },
  model: { letter: 'm', isValid: isText },
  tags: { letter: 'a', isValid: isListOf(isText) },
  generations: { letter: 'g', isValid: isFields },
  usage: { letter: 'u', isValid: isFields, parts: USAGE },
  served: { letter: 'v', isValid: isFields, parts: SERVED },
  fields: { letter: 'e', isValid: isFields },
  calledAt: { letter: 'c', isValid: isNumber },
  took: { letter: 't', isValid: isNumber },
  ttl: { letter: 'l', isValid: isNumber },
};

// Object.entries knows the names as texts only.
const FORMAT_LIST = Object.entries(FORMATS) as readonly [LaterField, FieldFormat][];

/** The values that most headers have. They are not written. */
const defaultsFor = (freshUntil: unknown): Partial<Record<LaterField, unknown>> => ({
  scope: '',
  staleUntil: freshUntil,
  fallbackUntil: freshUntil,
  kind: 'response',
});

/** The values of the named fields. Null stands for what is no record, and is read as invalid. */
function listFrom(names: readonly string[], record: unknown): readonly unknown[] | null {
  if (!isFields(record)) return null;
  const values = names.map((name) => record[name]);
  return values.slice(0, values.findLastIndex((value) => value !== undefined) + 1);
}

/** The record again. JSON has null for a missing value, and no value of these fields is null. */
function recordFrom(names: readonly string[], list: unknown): unknown {
  if (!Array.isArray(list)) return list;
  const record: Record<string, unknown> = {};
  for (const [index, name] of names.entries()) {
    const value = list[index] ?? undefined;
    if (value !== undefined) record[name] = value;
  }
  return record;
}

function compactHeader(header: EntryHeader): readonly unknown[] {
  const { fingerprint, storedAt, freshUntil, provider } = header;
  const defaults = defaultsFor(freshUntil);
  const rest: Record<string, unknown> = {};
  for (const [name, { letter, parts }] of FORMAT_LIST) {
    const value = header[name];
    if (value === defaults[name]) continue;
    // Null is read as invalid. Without it, a missing value would be read as the default.
    rest[letter] = parts === undefined ? (value ?? null) : listFrom(parts, value);
  }
  return [fingerprint, storedAt, freshUntil, provider, rest];
}

/** The header that was written. Undefined if a field is missing or invalid, because anybody may have written the row. */
function expandHeader(written: unknown): EntryHeader | undefined {
  const [fingerprint, storedAt, freshUntil, provider, rest] = Array.isArray(written) ? written : [];
  if (!(isText(fingerprint) && isNumber(storedAt))) return undefined;
  if (!(isNumber(freshUntil) && isText(provider) && isFields(rest))) return undefined;
  const header = { fingerprint, storedAt, freshUntil, provider, ...defaultsFor(freshUntil) };
  for (const [name, { letter, isValid, parts }] of FORMAT_LIST) {
    const given = rest[letter];
    if (given === undefined) continue;
    const value = parts === undefined ? given : recordFrom(parts, given);
    if (!isValid(value)) return undefined;
    header[name] = value;
  }
  return header as EntryHeader; // each field was checked above
}

function headerIn(text: string): EntryHeader | undefined {
  try {
    return expandHeader(parseJson(text));
  } catch {
    return undefined; // no JSON
  }
}

/** The header as it is read again where it is written. Undefined if a field is missing or invalid. */
export function checkedHeader(given: EntryHeader): EntryHeader | undefined {
  return headerIn(JSON.stringify(compactHeader(given)));
}

/**
 * An entry as the text of a row: a checksum, and the header and the payload as JSON on a line each. A reader parses
 * the header alone, and the payload is not encoded a second time.
 */
export function entryText({ header, payload }: Entry): string {
  return withChecksum(`${JSON.stringify(compactHeader(header))}\n${payload}`);
}

/** The entry in a text that {@link entryText} wrote. Undefined if the text is damaged or holds no entry. */
export function readEntryText(row: string): Entry | undefined {
  const text = withoutChecksum(row);
  const end = text?.indexOf('\n') ?? -1;
  if (text === undefined || end < 0) return undefined;
  const header = headerIn(text.slice(0, end));
  return header && { header, payload: text.slice(end + 1) };
}

/** Whose answer to which request an entry is. */
export interface EntryIdentity {
  readonly fingerprint: string;
  /** A tenant or a user. @default '' for everybody */
  readonly scope: string;
}

/** Does the entry answer this request? A row that was copied to another key holds the entry of another request. */
export function belongsTo(
  { header }: Pick<Entry, 'header'>,
  { fingerprint, scope }: EntryIdentity,
): boolean {
  return header.fingerprint === fingerprint && header.scope === scope;
}
