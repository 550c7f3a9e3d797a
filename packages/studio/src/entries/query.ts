import type { StoredEntry } from '@cached-llm/core/store';
import type { EntryColumns } from './entry-columns.ts';

export type State = StoredEntry['state'];

/** An entry as the table shows it. Its scope, which may name a person, stays here. */
export interface EntryRow {
  readonly key: string;
  readonly provider: string;
  readonly model: string | undefined;
  readonly servedModel: string | undefined;
  readonly tags: readonly string[];
  readonly kind: 'response' | 'stream';
  readonly bytes: number;
  readonly storedAt: number;
  readonly freshUntil: number;
  readonly isScoped: boolean;
  readonly state: State;
}

/** How many entries there are, and how old that is. */
export interface IndexStatus {
  readonly total: number;
  /** Entries that the scan which runs has read so far. */
  readonly scanned: number;
  /** Has the first scan ended? */
  readonly isComplete: boolean;
  /** Are there more entries than are listed? */
  readonly isCut: boolean;
  readonly isScanning: boolean;
  /** Milliseconds since 1970. */
  readonly scannedAt: number | undefined;
  /** Why the last scan failed. */
  readonly error: string | undefined;
}

/** One part of the table, and what is known of the whole. */
export interface EntryPage extends IndexStatus {
  readonly matching: number;
  /** The size of all that match. */
  readonly bytes: number;
  readonly rows: readonly EntryRow[];
}

/** Which entries a table shows, and in which order. */
export interface EntryQuery {
  /** A part of the key, the provider, the model or a tag, in any case. */
  readonly text?: string | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly tag?: string | undefined;
  /** An empty text is the scope that all share. */
  readonly scope?: string | undefined;
  readonly state?: State | undefined;
  /** Milliseconds. */
  readonly olderThan?: number | undefined;
  readonly youngerThan?: number | undefined;
  readonly largerThan?: number | undefined;
}

/** A test of the entry at a place. */
type Test = (at: number) => boolean;

/** The state that a look-up would find now. */
function stateOf(columns: EntryColumns, at: number, now: number): State {
  const { freshUntil, staleUntil, fallbackUntil } = columns;
  if (columns.isInvalidated(at)) return 'invalidated';
  if (now < (freshUntil[at] ?? 0)) return 'fresh';
  if (now < (staleUntil[at] ?? 0)) return 'stale';
  return now < (fallbackUntil[at] ?? 0) ? 'fallback' : 'expired';
}

/** Each name is tested once, however many entries have it. */
function textTest(columns: EntryColumns, text: string): Test {
  const wanted = new RegExp(text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'i');
  const has = (name: string) => wanted.test(name);
  const { keys, provider, model, tagList } = columns;
  const providers = columns.providers.passing(has);
  const models = columns.models.passing(has);
  const lists = Uint8Array.from(columns.tagLists, (tags) => (tags.some(has) ? 1 : 0));
  return (at) =>
    providers[provider[at] ?? 0] === 1 ||
    models[model[at] ?? 0] === 1 ||
    lists[tagList[at] ?? 0] === 1 ||
    wanted.test(keys[at] ?? '');
}

function tagTest({ tagLists, tagList }: EntryColumns, tag: string): Test {
  const lists = Uint8Array.from(tagLists, (tags) => (tags.includes(tag) ? 1 : 0));
  return (at) => lists[tagList[at] ?? 0] === 1;
}

function ageTest({ storedAt }: EntryColumns, query: EntryQuery, now: number): Test {
  const { olderThan = Number.NEGATIVE_INFINITY, youngerThan = Number.POSITIVE_INFINITY } = query;
  return (at) => {
    const age = now - (storedAt[at] ?? 0);
    return age >= olderThan && age <= youngerThan;
  };
}

/** One test for each condition that the query has. */
function testsOf(columns: EntryColumns, query: EntryQuery, now: number): readonly Test[] {
  const { provider, model, scope, tag, state, text = '', largerThan } = query;
  const { providers, models, scopes, bytes } = columns;
  const isNumber = (column: 'provider' | 'model' | 'scope', id: number): Test => {
    const numbers = columns[column];
    return (at) => numbers[at] === id;
  };
  const tests: Test[] = [];
  if (provider !== undefined) tests.push(isNumber('provider', providers.idOf(provider)));
  if (model !== undefined) tests.push(isNumber('model', models.idOf(model)));
  if (scope !== undefined) tests.push(isNumber('scope', scopes.idOf(scope)));
  if (tag !== undefined) tests.push(tagTest(columns, tag));
  if (largerThan !== undefined) tests.push((at) => (bytes[at] ?? 0) >= largerThan);
  if (query.olderThan !== undefined || query.youngerThan !== undefined)
    tests.push(ageTest(columns, query, now));
  if (state !== undefined) tests.push((at) => stateOf(columns, at, now) === state);
  if (text !== '') tests.push(textTest(columns, text));
  return tests;
}

/** The places of the entries that meet each condition, in no order. */
export function placesOf(columns: EntryColumns, query: EntryQuery, now: number): Uint32Array {
  const tests = testsOf(columns, query, now);
  const places = new Uint32Array(columns.length);
  let found = 0;
  for (let at = 0; at < columns.length; at += 1) {
    if (columns.isRemoved(at) || !tests.every((test) => test(at))) continue;
    places[found] = at;
    found += 1;
  }
  return places.subarray(0, found);
}

/** What a column of the table is sorted by, as a number for each entry. The key is no number, and decides among equals. */
const VALUES = {
  key: () => [],
  provider: ({ provider, providers }) => ranked(provider, providers.ranks()),
  model: ({ model, models }) => ranked(model, models.ranks()),
  stored: ({ storedAt }) => storedAt,
  left: ({ freshUntil }) => freshUntil,
  size: ({ bytes }) => bytes,
} as const satisfies Readonly<Record<string, (columns: EntryColumns) => ArrayLike<number>>>;

const ranked = (ids: Uint32Array, ranks: Uint32Array): ArrayLike<number> =>
  ids.map((id) => ranks[id] ?? 0);

export const SORTS: Readonly<Record<string, unknown>> = VALUES;
export type Sort = keyof typeof VALUES;

/** Compares the entries at two places. No two are equal. */
export function comparison(columns: EntryColumns, sort: Sort, isDescending: boolean) {
  const values: ArrayLike<number> = VALUES[sort](columns);
  const { keys } = columns;
  const sign = isDescending ? -1 : 1;
  return (one: number, other: number): number => {
    const difference = (values[one] ?? 0) - (values[other] ?? 0);
    if (difference !== 0) return difference < 0 ? -sign : sign;
    const [first, second] = [keys[one] ?? '', keys[other] ?? ''];
    if (first !== second) return first < second ? -sign : sign;
    return sign * (one - other); // a scan may find an entry twice
  };
}

/** The entry at a place, as the table shows it. */
export function rowOf(columns: EntryColumns, at: number, now: number): EntryRow {
  return {
    key: columns.keys[at] ?? '',
    provider: columns.providers.nameOf(columns.provider[at]) ?? '',
    model: columns.models.nameOf(columns.model[at]),
    servedModel: columns.servedModels.nameOf(columns.servedModel[at]),
    tags: columns.tagsOf(at),
    kind: columns.isStream(at) ? 'stream' : 'response',
    bytes: columns.bytes[at] ?? 0,
    storedAt: columns.storedAt[at] ?? 0,
    freshUntil: columns.freshUntil[at] ?? 0,
    isScoped: columns.scopes.nameOf(columns.scope[at]) !== '',
    state: stateOf(columns, at, now),
  };
}
