import { crc32 } from 'node:zlib';
import { isFields } from '../key/index.ts';
import type { Entry, EntryHeader, Served, Usage } from './entry.ts';
import { parseJson } from './safe-json.ts';

const LENGTH = 8;

/** Sees what happens to bytes by accident; against a forger there are secrets. */
const sumOf = (text: string) => crc32(text).toString(16).padStart(LENGTH, '0');

/** A sum of the text, and the text. */
export function withChecksum(text: string): string {
  return sumOf(text) + text;
}

/** The text, if it is still what {@link withChecksum} made the row of. */
export function withoutChecksum(row: string): string | undefined {
  const text = row.slice(LENGTH);
  return row.slice(0, LENGTH) === sumOf(text) ? text : undefined;
}

/** What every header says stands in this order: a row is kept in memory as it is, and names take as much as values. */
type Placed = 'fingerprint' | 'storedAt' | 'freshUntil' | 'provider';

/** What a header may say goes by a letter. */
const LETTERS: Readonly<Record<Exclude<keyof EntryHeader, Placed>, string>> = {
  scope: 's',
  staleUntil: 'r',
  fallbackUntil: 'b',
  kind: 'k',
  form: 'f',
  delays: 'd',
  model: 'm',
  tags: 'a',
  generations: 'g',
  usage: 'u',
  served: 'v',
  fields: 'e',
  took: 't',
};

const NAMES = new Map(Object.entries(LETTERS).map(([name, letter]) => [letter, name]));

const USAGE: readonly (keyof Usage)[] = [
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'cost',
];

const SERVED: readonly (keyof Served)[] = ['model', 'fingerprint'];

const LISTS: Readonly<Record<string, readonly string[]>> = { usage: USAGE, served: SERVED };

/** No field may be that: a header that says it is read as none. */
const NO_VALUE = null;

/** What goes without saying. */
const usual = (freshUntil: unknown) => ({
  scope: '',
  staleUntil: freshUntil,
  fallbackUntil: freshUntil,
  kind: 'response',
});

function listed(names: readonly string[], fields: unknown): readonly unknown[] | null {
  if (!isFields(fields)) return NO_VALUE;
  const values = names.map((name) => fields[name]);
  return values.slice(0, values.findLastIndex((value) => value !== undefined) + 1);
}

/** A list, with nothing where JSON has null: no field of these may be that. */
function unlisted(names: readonly string[], list: unknown): unknown {
  if (!Array.isArray(list)) return list;
  const fields: Record<string, unknown> = {};
  for (let index = 0; index < list.length; index += 1) {
    const name = names[index];
    if (name !== undefined && list[index] !== null) fields[name] = list[index];
  }
  return fields;
}

/** A header as JSON is to have it. */
function compactHeader(header: EntryHeader): readonly unknown[] {
  const { fingerprint, storedAt, freshUntil, provider } = header;
  const unsaid: Partial<Record<keyof EntryHeader, unknown>> = usual(freshUntil);
  const rest: Record<string, unknown> = {};
  for (const name of Object.keys(LETTERS) as (keyof typeof LETTERS)[]) {
    const value = header[name];
    if (value === unsaid[name]) continue;
    const names = LISTS[name];
    rest[LETTERS[name]] = names === undefined ? (value ?? NO_VALUE) : listed(names, value);
  }
  return [fingerprint, storedAt, freshUntil, provider, rest];
}

/** The header again, of whatever was read: nothing of it has been looked at. */
function expandHeader(written: unknown): unknown {
  const [fingerprint, storedAt, freshUntil, provider, rest] = Array.isArray(written) ? written : [];
  if (!isFields(rest)) return undefined;
  const header: Record<string, unknown> = {
    fingerprint,
    storedAt,
    freshUntil,
    provider,
    ...usual(freshUntil),
  };
  for (const letter of Object.keys(rest)) {
    const name = NAMES.get(letter);
    if (name === undefined) continue;
    const names = LISTS[name];
    header[name] = names === undefined ? rest[letter] : unlisted(names, rest[letter]);
  }
  return header;
}

/** Who may be answered from an entry: compared with what the entry itself says. */
export interface EntryIdentity {
  readonly fingerprint: string;
  readonly scope: string;
}

type Form = (value: unknown) => boolean;

const isText: Form = (value) => typeof value === 'string';

const isNumber: Form = Number.isFinite;

const optional = (form: Form): Form => {
  return (value) => value === undefined || form(value);
};

/** What each field may be: a row of another making is a miss, and breaks nothing that reads it. */
const FORMS: Readonly<Record<keyof EntryHeader, Form>> = {
  fingerprint: isText,
  scope: isText,
  storedAt: isNumber,
  freshUntil: isNumber,
  staleUntil: isNumber,
  fallbackUntil: isNumber,
  kind: (value) => value === 'response' || value === 'stream',
  form: optional(isText),
  delays: optional((value) => Array.isArray(value) && value.every(isNumber)),
  provider: isText,
  model: optional(isText),
  tags: optional((value) => Array.isArray(value) && value.every(isText)),
  generations: optional(isFields),
  usage: optional(isFields),
  served: optional(isFields),
  fields: optional(isFields),
  took: optional(isNumber),
};

const FORM_LIST = Object.entries(FORMS);

/** A sum of the rest, and two JSON texts, a line each: the header is read alone, and the payload is encoded once. */
export function entryText({ header, payload }: Entry): string {
  return withChecksum(`${JSON.stringify(compactHeader(header))}\n${payload}`);
}

function isHeader(value: unknown): value is EntryHeader {
  return isFields(value) && FORM_LIST.every(([name, form]) => form(value[name]));
}

function parseHeader(text: string): unknown {
  try {
    return expandHeader(parseJson(text));
  } catch {
    return undefined; // corrupt or foreign: a miss
  }
}

/** The entry, if the text is one: intact, and not moved here from another key. */
export function readEntryText(row: string): Entry | undefined {
  const text = withoutChecksum(row);
  const end = text?.indexOf('\n') ?? -1;
  if (text === undefined || end < 0) return undefined;
  const header = parseHeader(text.slice(0, end));
  return isHeader(header) ? { header, payload: text.slice(end + 1) } : undefined;
}

/** A row that was moved, or came back as the answer to another question, answers nobody. */
export function belongsTo(
  { header }: Pick<Entry, 'header'>,
  { fingerprint, scope }: EntryIdentity,
): boolean {
  return header.fingerprint === fingerprint && header.scope === scope;
}
