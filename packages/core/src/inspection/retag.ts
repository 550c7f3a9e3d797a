import { type Entry, type EntryHeader, entryText, freshness } from '../entry/index.ts';
import { type EntryStore, lastUse, ttlFor } from '../entry-store/index.ts';
import {
  generationsOf,
  haveChanged,
  namesOf,
  type TagStates,
  tagsOfEntry,
  userTag,
} from '../invalidation/index.ts';
import { isFields } from '../key/index.ts';
import { describeKind, invalidOption, refuseUnknownOptions } from '../options/index.ts';
import type { RowStore } from '../store/index.ts';

/** Which of the user's own tags an entry gets and loses. */
export interface TagChange {
  readonly add?: readonly string[] | undefined;
  readonly remove?: readonly string[] | undefined;
}

/**
 * What became of an entry whose tags were to be changed. `unchanged`: it has these tags already. `absent`: no entry is under the
 * key. `invalidated` and `expired`: it is not served any more. `used-tag`: a tag that it gets was invalidated or
 * expired once, so that nobody knows whether the answer is older than that. `older-secret`: it is encrypted with a secret that
 * was replaced. `contended`: others write the entry all the time. `not-atomic`: the store cannot replace a row in one step, and
 * a newer answer of another process could be lost.
 */
export type RetagResult =
  | 'retagged'
  | 'unchanged'
  | 'absent'
  | 'invalidated'
  | 'expired'
  | 'used-tag'
  | 'older-secret'
  | 'too-large'
  | 'contended'
  | 'not-atomic'
  | 'store-error';

export interface RetagContext {
  readonly entries: EntryStore;
  readonly rows: RowStore;
  readonly now: () => number;
}

interface Retagging extends Required<TagChange> {
  readonly key: string;
}

/** A row, and the entry in it. */
interface Found {
  readonly text: string;
  readonly entry: Entry;
}

const CHANGES: ReadonlySet<string> = new Set(['add', 'remove']);

/** Others may write the entry meanwhile: then it is read again. */
const MOST_TRIES = 10;

const without = (tags: readonly string[], left: readonly string[] = []) =>
  tags.filter((tag) => !left.includes(tag));

async function find({ rows, entries }: RetagContext, key: string): Promise<Found | RetagResult> {
  const texts = await rows.readLatest([key]);
  if (texts === undefined) return 'store-error';
  const [text] = texts;
  if (text === undefined) return 'absent';
  const entry = await entries.keyRing.entryIn({ key, value: text });
  if (entry === undefined) return 'absent';
  return entries.keyRing.newest.keyOf(entry.header) === key ? { text, entry } : 'older-secret';
}

/** The states of these tags and of the key, from the store itself: what another process has just invalidated counts. */
async function latestStates(
  { rows, entries }: RetagContext,
  key: string,
  tags: readonly string[],
): Promise<TagStates | undefined> {
  const stateRows = [...entries.tags.rows.of(tags), ...entries.keyRowsOf(key)];
  const texts = await rows.readLatest(stateRows.map((row) => row.key));
  return texts && entries.tags.statesIn(stateRows, texts, 0);
}

/** The tags that the entry is to have, and those of them that it lacks. Undefined where nothing changes. */
function tagsAfter({ tags = [] }: EntryHeader, { add, remove }: Retagging) {
  const added = without(without([...new Set(add)], tags), remove);
  const kept = without(tags, remove);
  if (added.length === 0 && kept.length === tags.length) return undefined;
  return { tags: [...kept, ...added], added };
}

/** The header in the generations that hold now. Those of the entry itself stay: they tell how old it is. */
async function inGenerations(
  { entries, now }: RetagContext,
  { key, header, states }: { key: string; header: EntryHeader; states: TagStates },
  added: readonly string[],
): Promise<EntryHeader | RetagResult> {
  const keyRows = entries.keyRowsOf(key);
  const stateRows = [...entries.tags.rows.of(tagsOfEntry(header)), ...keyRows];
  const life = ttlFor(lastUse(header) - now());
  const prepared = await entries.tags.prepare(stateRows, states, { life, isNew: false });
  const names = namesOf(stateRows);
  if (haveChanged(entries.tags.generationNames(added.map(userTag)), prepared)) return 'used-tag';
  const own = Object.entries(header.generations ?? {}).filter(([name]) => names.includes(name));
  const all = { ...generationsOf(names, prepared), ...Object.fromEntries(own) };
  const generations = Object.keys(all).length === 0 ? undefined : all;
  const changed = { ...header, generations };
  // A state that the store has not accepted yet is missing.
  const isValid = entries.tags.apply(prepared, changed, keyRows) !== undefined;
  return isValid ? changed : 'store-error';
}

/** The entry as it is valid now. What a state makes stale is stale by its own times: a tag that it loses takes no expiry along. */
async function validNow(
  context: RetagContext,
  { key, header, tags }: { key: string; header: EntryHeader; tags: readonly string[] },
): Promise<{ readonly header: EntryHeader; readonly states: TagStates } | RetagResult> {
  const { entries, now } = context;
  const states = await latestStates(context, key, tags);
  if (states === undefined) return 'store-error';
  const valid = entries.tags.apply(states, header, entries.keyRowsOf(key));
  if (valid === undefined) return 'invalidated';
  return freshness(valid, now()) === 'expired' ? 'expired' : { header: valid, states };
}

/**
 * A tag that the entry lost may have been invalidated or expired while its row was written: that holds, because nobody can
 * tell which came first.
 */
async function afterwards(
  context: RetagContext,
  key: string,
  before: EntryHeader,
): Promise<RetagResult> {
  const { entries, now } = context;
  const after = await validNow(context, { key, header: before, tags: tagsOfEntry(before) });
  if (typeof after === 'string') {
    await entries.invalidate(key);
    return after;
  }
  if (after.header.freshUntil < before.freshUntil) await entries.expire(key, now());
  return 'retagged';
}

async function retagOnce(context: RetagContext, change: Retagging): Promise<RetagResult> {
  const { rows, entries, now } = context;
  const { key } = change;
  const found = await find(context, key);
  if (typeof found === 'string') return found;
  const { header: stored, payload } = found.entry;
  const next = tagsAfter(stored, change);
  if (next === undefined) return 'unchanged';
  const { tags, added } = next;
  const all = [...tagsOfEntry(stored), ...added.map(userTag)];
  const valid = await validNow(context, { key, header: stored, tags: all });
  if (typeof valid === 'string') return valid;
  const given = { ...valid.header, tags: tags.length === 0 ? undefined : tags };
  const header = await inGenerations(context, { key, header: given, states: valid.states }, added);
  if (typeof header === 'string') return header;
  const value = await entries.keyRing.newest.encode(key, entryText({ header, payload }));
  if (value === undefined) return 'too-large';
  const ttl = ttlFor(lastUse(header) - now());
  const isReplaced = await rows.replace({ key, value, ttl }, found.text);
  if (isReplaced === undefined) return 'store-error';
  return isReplaced ? afterwards(context, key, valid.header) : 'contended';
}

/** An entry with another tag than a text could not be read any more. The value is not repeated: it may name a person. */
function tagsIn(given: unknown, name: keyof TagChange): readonly string[] {
  if (given === undefined) return [];
  const isText = (tag: unknown) => typeof tag === 'string' && tag !== '';
  if (Array.isArray(given) && [...given].every(isText)) return [...given]; // `every` skips what is missing
  const what = Array.isArray(given) ? 'has a tag that is no text' : `is ${describeKind(given)}`;
  return invalidOption(name, what, 'Write an array of texts that are not empty.');
}

function checkedChange(change: unknown): Required<TagChange> {
  if (!isFields(change)) {
    const remedy = "Write an object: { add: ['reviewed'] }.";
    return invalidOption('The change of tags', `is ${describeKind(change)}`, remedy);
  }
  refuseUnknownOptions(change, CHANGES);
  return { add: tagsIn(change.add, 'add'), remove: tagsIn(change.remove, 'remove') };
}

/**
 * Changes the tags of one entry in one step, so that no newer answer and no invalidation of another process is lost.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` for a change that is none
 */
export async function retagEntry(
  context: RetagContext,
  key: string,
  change: TagChange,
): Promise<RetagResult> {
  const { rows, entries } = context;
  const { add, remove } = checkedChange(change);
  if (!rows.isAtomic) return 'not-atomic';
  await entries.tags.loading;
  let result: RetagResult = 'contended';
  for (let tries = 0; result === 'contended' && tries < MOST_TRIES; tries += 1) {
    result = await retagOnce(context, { key, add, remove });
  }
  return result;
}
