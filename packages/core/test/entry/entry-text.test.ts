import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Entry, type EntryHeader, freshness } from '../../src/entry/entry.ts';
import { belongsTo, entryText, readEntryText } from '../../src/entry/entry-text.ts';
import { parseJson } from '../../src/entry/value-text.ts';
import { tagsOfEntry } from '../../src/invalidation/tag-state.ts';

const HEADER: EntryHeader = {
  fingerprint: 'ZiGKtzNRH0pPMgC9ceTl1RjfzD_zBhh0EDfyf5c_RYI',
  scope: 'tenant "7"\n',
  storedAt: 1_767_225_600_000,
  freshUntil: 1_767_830_400_000,
  staleUntil: 1_767_830_400_000,
  fallbackUntil: 1_767_830_400_000,
  kind: 'response',
  provider: 'openai',
  model: 'gpt-4o',
  tags: ['faq', 'prompt-2'],
  generations: { 'tag:faq': 'b2c7' },
  usage: { inputTokens: 10, outputTokens: 20, cost: 0.001 },
  took: 812,
  calledAt: 1_700_000_000_000.25,
};
const ENTRY: Entry = { header: HEADER, payload: '{"reply":"Grüße\\n"}\nsecond line' };
const TEXT = entryText(ENTRY);

/** Uses an entry in every way in which a look-up uses it. */
function use({ header, payload }: Entry): void {
  expect(['fresh', 'stale', 'fallback', 'expired']).toContain(freshness(header, 1_767_300_000_000));
  expect(tagsOfEntry(header).every((tag) => typeof tag === 'string')).toBe(true);
  expect(belongsTo({ header }, { fingerprint: '', scope: '' })).toBe(false);
  const { generations = {}, usage = {}, took = 0, model = '' } = header;
  expect([typeof generations, typeof usage, typeof took, typeof model]).toEqual([
    'object',
    'object',
    'number',
    'string',
  ]);
  expect(typeof payload).toBe('string');
}

describe('an entry', () => {
  test('comes back as it was written, and its payload is unchanged', () => {
    expect(readEntryText(TEXT)).toStrictEqual(ENTRY);
    expect(readEntryText(entryText({ ...ENTRY, payload: '' }))?.payload).toBe('');
  });

  test('may have no value in the fields that are optional', () => {
    const { model, tags, generations, usage, took, ...rest } = HEADER;
    const bare = readEntryText(entryText({ header: rest, payload: '1' }));
    expect(bare?.header).toStrictEqual(rest);
  });

  test('has only the fields in its row that differ from the defaults', () => {
    const { fingerprint, storedAt, freshUntil } = HEADER;
    const bare: EntryHeader = {
      ...{ fingerprint, storedAt, freshUntil, scope: '', kind: 'response', provider: 'ask' },
      ...{ staleUntil: freshUntil, fallbackUntil: freshUntil },
    };
    const row = entryText({ header: bare, payload: '1' });
    expect(row.slice(8)).toBe(`["${fingerprint}",${storedAt},${freshUntil},"ask",{}]\n1`);
    const other = {
      kind: 'stream',
      scope: 's',
      staleUntil: 1,
      fallbackUntil: 2,
      form: 'f',
    } as const;
    const full = {
      ...bare,
      ...other,
      usage: { cost: 1 },
      served: { fingerprint: 'fp' },
      delays: [0],
    };
    for (const header of [bare, full, { ...full, usage: {}, served: {} }]) {
      expect(readEntryText(entryText({ header, payload: '1' }))?.header).toStrictEqual(header);
    }
  });

  test('belongs to the request and the scope in its header, and to no other', () => {
    const { fingerprint, scope } = HEADER;
    expect(belongsTo(ENTRY, { fingerprint, scope })).toBe(true);
    expect(belongsTo(ENTRY, { fingerprint: `${fingerprint}x`, scope })).toBe(false);
    expect(belongsTo(ENTRY, { fingerprint, scope: '' })).toBe(false);
  });
});

describe('a text that holds no entry is not read as one', () => {
  test.each([
    [''],
    ['\n'],
    ['null\n{}'],
    ['5\n{}'],
    ['"text"\n{}'],
    ['[]\n{}'],
    ['{}\n{}'],
    [JSON.stringify(HEADER)],
    [`${JSON.stringify({ value: JSON.stringify(ENTRY), expires: 5 })}\n`],
    [`x${TEXT}`],
    ['{"__proto__":{"storedAt":1}}\n{}'],
  ])('%j', (text) => {
    expect(readEntryText(text)).toBe(undefined);
  });

  const OTHER_VALUES = [null, true, {}, [], 'text', -1, ['a', 1]];
  const isGood: Readonly<Record<keyof EntryHeader, (value: unknown) => boolean>> = {
    fingerprint: (value) => value === 'text',
    scope: (value) => value === 'text',
    storedAt: (value) => value === -1,
    freshUntil: (value) => value === -1,
    staleUntil: (value) => value === -1,
    fallbackUntil: (value) => value === -1,
    kind: () => false,
    form: (value) => value === 'text',
    delays: (value) => Array.isArray(value) && value.length === 0,
    provider: (value) => value === 'text',
    model: (value) => value === 'text',
    tags: (value) => Array.isArray(value) && value.length === 0,
    generations: (value) => JSON.stringify(value) === '{}',
    usage: (value) => JSON.stringify(value) === '{}',
    served: (value) => JSON.stringify(value) === '{}',
    fields: (value) => JSON.stringify(value) === '{}',
    took: (value) => value === -1,
    ttl: (value) => value === -1,
    calledAt: (value) => value === -1,
  };

  test.each(Object.entries(isGood))('an entry whose %s has another type', (field, isAccepted) => {
    for (const value of OTHER_VALUES) {
      const header = { ...HEADER, [field]: value };
      const entry = readEntryText(entryText({ header: header as never, payload: '{}' }));
      expect([field, value, entry !== undefined]).toEqual([field, value, isAccepted(value)]);
    }
  });

  test.each([
    'fingerprint',
    'scope',
    'storedAt',
    'freshUntil',
    'staleUntil',
    'fallbackUntil',
    'kind',
    'provider',
  ])('an entry without its %s', (field) => {
    const header = { ...HEADER, [field]: undefined };
    expect(readEntryText(entryText({ header, payload: '{}' }))).toBe(undefined);
  });
});

describe('a stored text that was changed', () => {
  test('in a single character, or cut at its end, is not read as an entry', () => {
    for (let place = 0; place < TEXT.length; place++) {
      const other = TEXT[place] === '1' ? '2' : '1';
      const changed = TEXT.slice(0, place) + other + TEXT.slice(place + 1);
      expect([place, readEntryText(changed)]).toEqual([place, undefined]);
      expect(readEntryText(TEXT.slice(0, place))).toBe(undefined);
    }
  });

  test('at up to three places is not read as an entry', () => {
    const damage = fc.record({
      start: fc.nat(TEXT.length),
      removed: fc.nat(3),
      added: fc.oneof(
        fc.string({ maxLength: 3 }),
        fc.constantFrom('null', '{', '}', '[]', '"', '\n', '1e999', '-', ':{}', ',"tags":5'),
      ),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        const damaged = damages.reduce(
          (text, { start, removed, added }) =>
            text.slice(0, start) + added + text.slice(start + removed),
          TEXT,
        );
        const entry = readEntryText(damaged);
        expect(entry === undefined || damaged === TEXT).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  test('to arbitrary JSON in one field is no entry, or can be used like any other', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(HEADER)), (value, field) => {
        const header = { ...HEADER, [field]: value } as EntryHeader; // the test needs values of other types
        const entry = readEntryText(entryText({ header, payload: '' }));
        if (entry !== undefined) use(entry);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('parseJson', () => {
  test('returns what JSON.parse returns', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!text.includes('__proto__'));
        expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test('accepts __proto__ in values and refuses it as a key', () => {
    expect(parseJson('{"a":"__proto__","b":["\\u0000__proto__"]}')).toEqual({
      a: '__proto__',
      b: ['\u0000__proto__'],
    });
    for (const key of ['__proto__', '\\u005f_proto__', '__\\u0070roto__', '__proto_\\u005F']) {
      expect(() => parseJson(`[{"a":{"${key}":{"b":1}}}]`)).toThrow(SyntaxError);
    }
  });
});
