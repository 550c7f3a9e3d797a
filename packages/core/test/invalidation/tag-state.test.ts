import { describe, expect, test } from '@jest/globals';
import { NO_ENCRYPTION } from '../../src/entry/encryption.ts';
import { type EntryHeader, freshness } from '../../src/entry/entry.ts';
import {
  ALL_ENTRIES_TAG,
  generationsOf,
  modelTag,
  parseTagState,
  providerTag,
  staleFromKnown,
  staleSince,
  type TagState,
  tagRowKey,
  tagsOfEntry,
  userTag,
  withStaleFrom,
} from '../../src/invalidation/tag-state.ts';

const HEADER: EntryHeader = {
  fingerprint: 'f',
  scope: '',
  storedAt: 1_000,
  freshUntil: 2_000,
  staleUntil: 2_500,
  fallbackUntil: 3_000,
  kind: 'response',
  provider: 'openai',
  model: 'gpt-4o',
  tags: ['faq', 'openai'],
};
const ALL_TAGS = [
  ALL_ENTRIES_TAG,
  providerTag('openai'),
  modelTag('gpt-4o'),
  userTag('faq'),
  userTag('openai'),
];

const only = (tag: string, state: TagState) => new Map([[tag, state]]);
const NONE = new Map<string, TagState>();
const applied = (header: EntryHeader, states: ReadonlyMap<string, TagState>) =>
  withStaleFrom(
    header,
    staleFromKnown(header, states, { tags: tagsOfEntry(header), keys: [] }),
    () => 9_999,
  );

/** The entry as it would be written now. */
const writtenUnder = (states: ReadonlyMap<string, TagState>, header = HEADER): EntryHeader => ({
  ...header,
  generations: generationsOf(tagsOfEntry(header), states),
});

describe('an entry has', () => {
  test('its namespace, its provider, its model and the tags of its user', () => {
    expect(tagsOfEntry(HEADER)).toEqual(ALL_TAGS);
    expect(tagsOfEntry({ provider: 'ask' })).toEqual([ALL_ENTRIES_TAG, providerTag('ask')]);
  });

  test('a tag of its own for each provider, model and user tag, even where their names are equal', () => {
    const names = ['*', 'provider:openai', 'openai'];
    const tags = [
      ALL_ENTRIES_TAG,
      ...names.flatMap((name) => [providerTag(name), modelTag(name), userTag(name)]),
    ];
    expect(new Set(tags.map((tag) => tagRowKey('p:', tag, NO_ENCRYPTION))).size).toBe(tags.length);
  });

  test('tag rows whose keys do not contain the names of the tags', () => {
    expect(tagRowKey('app:1:', userTag('alice@example.org'), NO_ENCRYPTION)).toMatch(
      /^app:1:tag:[\w-]{43}$/,
    );
  });
});

describe('an invalidated tag', () => {
  test.each(ALL_TAGS)('%s makes the entries that were written before invalid', (tag) => {
    expect(applied(HEADER, only(tag, { generation: 'b' }))).toBe(undefined);
  });

  test('leaves entries without it valid', () => {
    for (const tag of [userTag('faq2'), modelTag('gpt-4o-mini'), providerTag('gpt-4o')]) {
      expect(applied(HEADER, only(tag, { generation: 'b' }))).toBe(HEADER);
    }
  });

  test.each(ALL_TAGS)('%s leaves the entries that are written after it valid', (tag) => {
    const states = only(tag, { generation: 'b' });
    const header = writtenUnder(states);
    expect(applied(header, states)).toBe(header);
  });

  test('makes them invalid when it is invalidated again', () => {
    const header = writtenUnder(only(ALL_ENTRIES_TAG, { generation: 'b' }));
    expect(applied(header, only(ALL_ENTRIES_TAG, { generation: 'c' }))).toBe(undefined);
  });

  test('makes them invalid where its state is lost: an entry of an unknown generation is not served', () => {
    const header = writtenUnder(only(ALL_ENTRIES_TAG, { generation: 'b' }));
    expect(applied(header, NONE)).toBe(undefined);
  });

  test('makes an entry invalid that was requested before and written after it', () => {
    const header = writtenUnder(NONE);
    expect(applied(header, only(userTag('faq'), { generation: 'b' }))).toBe(undefined);
  });

  test('adds nothing to an entry whose tags were never invalidated', () => {
    expect(generationsOf(ALL_TAGS, NONE)).toEqual({});
    expect(
      generationsOf(ALL_TAGS, only(ALL_ENTRIES_TAG, { generation: '', expiredAt: 5 })),
    ).toEqual({});
    expect(generationsOf(['*'], only('tag:other', { generation: 'b' }))).toEqual({});
  });
});

describe('an expired tag', () => {
  const expired = (expiredAt: number) =>
    only(userTag('faq'), { generation: '', expiry: 'e', expiredAt });

  test('makes entries whose calls began before stale, and their windows keep their lengths', () => {
    expect(applied(HEADER, expired(1_400))).toEqual({
      ...HEADER,
      freshUntil: 1_400,
      staleUntil: 1_900,
      fallbackUntil: 2_400,
    });
  });

  test.each([
    [999, 'stale'], // by a clock that is behind the one that stored the entry
    [1_000, 'stale'],
    [1_400, 'stale'],
  ])('at %i leaves an entry that was stored at 1000 in the state %s', (expiredAt, state) => {
    const header = applied(HEADER, expired(expiredAt));
    expect(header && freshness(header, 1_400)).toBe(state);
  });

  test('does not reach an entry that was stored in that state', () => {
    const header = writtenUnder(expired(1_400));
    expect(header.generations).toEqual({ [userTag('faq')]: ' e' });
    expect(applied(header, expired(1_400))).toBe(header);
    expect(applied(header, NONE)).toBe(header); // the store has lost the state
  });

  test('reaches an entry whose call began before and which is stored after it', () => {
    const header = writtenUnder(NONE, { ...HEADER, storedAt: 1_500 });
    expect(applied(header, expired(1_400))?.freshUntil).toBe(1_400);
  });

  test('does not lengthen the time in which an entry is fresh', () => {
    expect(applied(HEADER, expired(9_000))).toBe(HEADER);
  });

  test('makes an entry stale from the earliest instant of several tags on', () => {
    const states = new Map<string, TagState>([
      [userTag('faq'), { generation: '', expiry: 'e', expiredAt: 1_800 }],
      [modelTag('gpt-4o'), { generation: '', expiry: 'f', expiredAt: 1_200 }],
    ]);
    expect(applied(HEADER, states)?.freshUntil).toBe(1_200);
  });

  test('that is also invalidated makes the entry invalid', () => {
    const states = only(userTag('faq'), { generation: 'b', expiredAt: 1_400 });
    expect(applied(HEADER, states)).toBe(undefined);
  });

  test('changes a copy of the header', () => {
    const header = Object.freeze({ ...HEADER });
    expect(staleSince(header, 1_500)).not.toBe(header);
    expect(header).toEqual(HEADER);
  });
});

describe('the state of a tag', () => {
  test('is read as it was written', () => {
    const state = { generation: 'b', expiredAt: 5 };
    expect(parseTagState(JSON.stringify(state))).toEqual(state);
  });

  test.each([
    [undefined],
    [''],
    ['null'],
    ['5'],
    ['[]'],
    ['{}'],
    ['{"generation":5}'],
    ['{"generation":"b"'],
    ['{"generation":"b","__proto__":{}}'],
  ])('is not read from %j', (text) => {
    expect(parseTagState(text)).toBe(undefined);
  });
});
