import { describe, expect, test } from '@jest/globals';
import { NO_ENCRYPTION } from '../../src/entry/encryption.ts';
import { type EntryHeader, freshness } from '../../src/entry/entry.ts';
import {
  ALL_ENTRIES_TAG,
  applyTagStates,
  generationsOf,
  modelTag,
  parseTagState,
  providerTag,
  staleSince,
  type TagState,
  tagRowKey,
  tagsOfEntry,
  userTag,
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

const marked = (tag: string, marker: TagState) => new Map([[tag, marker]]);
const UNMARKED = new Map<string, TagState>();

/** The entry as it would be written now. */
const writtenUnder = (markers: ReadonlyMap<string, TagState>, header = HEADER): EntryHeader => ({
  ...header,
  generations: generationsOf(tagsOfEntry(header), markers),
});

describe('an entry carries', () => {
  test('its namespace, its provider, its model and the tags of its user', () => {
    expect(tagsOfEntry(HEADER)).toEqual(ALL_TAGS);
    expect(tagsOfEntry({ provider: 'ask' })).toEqual([ALL_ENTRIES_TAG, providerTag('ask')]);
  });

  test('no two tags that are one, whatever they are named', () => {
    const names = ['*', 'provider:openai', 'openai'];
    const tags = [
      ALL_ENTRIES_TAG,
      ...names.flatMap((name) => [providerTag(name), modelTag(name), userTag(name)]),
    ];
    expect(new Set(tags.map((tag) => tagRowKey('p:', tag, NO_ENCRYPTION))).size).toBe(tags.length);
  });

  test('tags whose rows do not say what they are called', () => {
    expect(tagRowKey('app:1:', userTag('alice@example.org'), NO_ENCRYPTION)).toMatch(
      /^app:1:tag:\{app:1:\}[\w-]{43}$/,
    );
  });
});

describe('an invalidated tag', () => {
  test.each(ALL_TAGS)('%s ends the entries that were written before', (tag) => {
    expect(applyTagStates(HEADER, marked(tag, { generation: 'b' }))).toBe(undefined);
  });

  test('leaves alone the entries that do not carry it', () => {
    for (const tag of [userTag('faq2'), modelTag('gpt-4o-mini'), providerTag('gpt-4o')]) {
      expect(applyTagStates(HEADER, marked(tag, { generation: 'b' }))).toBe(HEADER);
    }
  });

  test.each(ALL_TAGS)('%s leaves alone the entries that are written after', (tag) => {
    const markers = marked(tag, { generation: 'b' });
    const header = writtenUnder(markers);
    expect(applyTagStates(header, markers)).toBe(header);
  });

  test('ends them when it is invalidated again', () => {
    const header = writtenUnder(marked(ALL_ENTRIES_TAG, { generation: 'b' }));
    expect(applyTagStates(header, marked(ALL_ENTRIES_TAG, { generation: 'c' }))).toBe(undefined);
  });

  test('ends them where its marker is lost: an entry of an unknown generation answers nobody', () => {
    const header = writtenUnder(marked(ALL_ENTRIES_TAG, { generation: 'b' }));
    expect(applyTagStates(header, UNMARKED)).toBe(undefined);
  });

  test('ends an entry that was asked for before and written after', () => {
    const header = writtenUnder(UNMARKED);
    expect(applyTagStates(header, marked(userTag('faq'), { generation: 'b' }))).toBe(undefined);
  });

  test('keeps nothing of tags that were never invalidated', () => {
    expect(generationsOf(ALL_TAGS, UNMARKED)).toEqual({});
    expect(
      generationsOf(ALL_TAGS, marked(ALL_ENTRIES_TAG, { generation: '', expiredAt: 5 })),
    ).toEqual({});
    expect(generationsOf(['*'], marked('tag:other', { generation: 'b' }))).toEqual({});
  });
});

describe('an expired tag', () => {
  const expired = (expiredAt: number) => marked(userTag('faq'), { generation: '', expiredAt });

  test('makes stale what was stored until then, and its windows keep their lengths', () => {
    expect(applyTagStates(HEADER, expired(1_400))).toEqual({
      ...HEADER,
      freshUntil: 1_400,
      staleUntil: 1_900,
      fallbackUntil: 2_400,
    });
  });

  test.each([
    [999, 'fresh'],
    [1_000, 'stale'],
    [1_400, 'stale'],
  ])('at %i leaves an entry that was stored at 1000 %s', (expiredAt, state) => {
    const header = applyTagStates(HEADER, expired(expiredAt));
    expect(header && freshness(header, 1_400)).toBe(state);
  });

  test('never makes an entry live longer', () => {
    expect(applyTagStates(HEADER, expired(9_000))).toBe(HEADER);
  });

  test('counts from the earliest of several', () => {
    const markers = new Map<string, TagState>([
      [userTag('faq'), { generation: '', expiredAt: 1_800 }],
      [modelTag('gpt-4o'), { generation: '', expiredAt: 1_200 }],
    ]);
    expect(applyTagStates(HEADER, markers)?.freshUntil).toBe(1_200);
  });

  test('that is also invalidated ends the entry', () => {
    const markers = marked(userTag('faq'), { generation: 'b', expiredAt: 1_400 });
    expect(applyTagStates(HEADER, markers)).toBe(undefined);
  });

  test('leaves the entry itself as it is', () => {
    const header = Object.freeze({ ...HEADER });
    expect(staleSince(header, 1_500)).not.toBe(header);
    expect(header).toEqual(HEADER);
  });
});

describe('a marker', () => {
  test('is read as it was written', () => {
    const marker = { generation: 'b', expiredAt: 5 };
    expect(parseTagState(JSON.stringify(marker))).toEqual(marker);
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
  ])('is none in %j', (text) => {
    expect(parseTagState(text)).toBe(undefined);
  });
});
