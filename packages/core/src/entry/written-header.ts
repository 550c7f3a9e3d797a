import { isFields } from '../key/call-identity.ts';
import type { EntryHeader, Served, Usage } from './entry.ts';

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
export function writtenHeader(header: EntryHeader): readonly unknown[] {
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
export function headerIn(written: unknown): unknown {
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
