import { describe, expect, jest, test } from '@jest/globals';
import { withChecksum, withoutChecksum } from '../../src/entry/entry-text.ts';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { MemoryStore, type Store } from '../../src/store.ts';
import { QUESTION, startProvider } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

const failing = (failure: () => unknown): Store => ({
  get: failure,
  set: failure,
  delete: failure,
});

const down = () => Object.assign(new Error('redis://user:secret@host refused'), { code: 'DOWN' });

const BROKEN: readonly (readonly [string, Store])[] = [
  [
    'throws',
    failing(() => {
      throw down();
    }),
  ],
  ['rejects', failing(() => Promise.reject(down()))],
  ['rejects with nothing', failing(() => Promise.reject(undefined))],
  ['hangs', failing(() => new Promise(() => {}))],
];

describe('a store that fails', () => {
  test.each(BROKEN)('and %s lets every call reach the provider', async (_how, store) => {
    const { cache, story } = startTrial({ store, storeTimeout: '5ms' });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
    expect(await ask({ prompt: 'other' })).toEqual({ text: 'answer 2' });
    expect(provider.calls).toHaveLength(2);
    expect(story()).toContain('store-error');
    expect(story()).not.toContain('stored');
    expect(cache.stats().misses).toBe(2);
  });

  test('is reported in the statistics as away while it is not used', async () => {
    const { cache } = startTrial({ store: failing(() => Promise.reject(down())) });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    expect(cache.stats().isStoreAway).toBe(false);
    await ask(QUESTION);
    await settled();
    await ask(QUESTION);
    await settled();
    expect(cache.stats()).toMatchObject({ isStoreAway: true, misses: 2, hits: 0 });
  });

  test('for good causes one warning that says what to do, where nobody gets its event', async () => {
    const { emitWarning } = process;
    const warnings: unknown[] = [];
    process.emitWarning = (warning: unknown) => warnings.push(warning) && undefined;
    const failure = Object.assign(down(), { isPermanent: true, remedy: 'Start it.' });
    const store = failing(() => Promise.reject(failure));
    const ask = cachedLlmCall(startProvider().ask, { cache: createLlmCache({ store }) });
    for (const _call of [1, 2]) {
      await ask(QUESTION);
      await settled();
    }
    const { cache } = startTrial({ store }); // it has listeners
    await cachedLlmCall(startProvider().ask, { cache })(QUESTION);
    await settled();
    process.emitWarning = emitWarning;
    const text =
      'The store fails, and somebody has to correct it. Calls succeed without it. DOWN: Start it.';
    expect(warnings).toEqual([text]);
  });

  test('causes an event without the message of its error', async () => {
    const { cache, events } = startTrial({ store: failing(() => Promise.reject(down())) });
    await cachedLlmCall(startProvider().ask, { cache })(QUESTION);
    await settled();
    const errors = events.filter(({ name }) => name === 'store-error');
    expect(errors.map(({ event }) => event)).toEqual([
      { operation: 'get', reason: 'DOWN', isPermanent: false }, // the look-up
      { operation: 'get', reason: 'DOWN', isPermanent: false }, // the states, before the call
      { operation: 'get', reason: 'DOWN', isPermanent: false }, // before the answer is written
    ]);
  });

  test('is not used after repeated failures, and is used again when it is back', async () => {
    const inner = new MemoryStore();
    let isDown = true;
    let asked = 0;
    const answer = (operation: () => unknown) => {
      asked += 1;
      if (isDown) throw down();
      return operation();
    };
    const store: Store = {
      get: (key) => answer(() => inner.get(key)),
      set: (key, value) => answer(() => inner.set(key, value)),
      delete: (key) => answer(() => inner.delete(key)),
    };
    const { cache, clock, story } = startTrial({ store });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    for (let index = 0; index < 10; index++) await ask(QUESTION);
    expect(story()).toContain('breaker-open');
    await settled();
    const before = asked;
    await ask(QUESTION);
    await settled();
    expect(asked).toBe(before);
    isDown = false;
    clock.advance(60_000);
    await ask(QUESTION);
    await settled();
    expect(story()).toContain('breaker-closed');
    await ask(QUESTION);
    await settled();
    await ask(QUESTION);
    await settled();
    await ask(QUESTION);
    expect(story().at(-1)).toBe('hit');
  });

  test('delays no call longer than its deadline', async () => {
    const { cache } = startTrial({ store: failing(() => new Promise(() => {})), storeTimeout: 20 });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    const startedAt = performance.now();
    await ask(QUESTION);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

/** A row whose header has one more field. */
const saying = (row: string, what: string) =>
  row.replace(/\{\}|\{/, (rest) => (rest === '{}' ? `{${what}}` : `{${what},`));

describe('a row that is not an entry', () => {
  const HEADER = {
    ...{ storedAt: 0, freshUntil: 9e15, staleUntil: 9e15, fallbackUntil: 9e15 },
    ...{ kind: 'response', provider: 'ask', scope: '' },
  };

  test.each<[string, unknown]>([
    ['a text', 'garbage'],
    ['an empty text', ''],
    ['a text in two lines', 'not\njson'],
    ['a number', 7],
    ['an object', { value: 'x' }],
    ['null', null],
    ['another application’s JSON', '{"answer":42}\n{"a":1}'],
    ['an entry of another request', `${JSON.stringify(HEADER)}\n"secret"`],
    ['a prototype', '{"__proto__":{"polluted":true}}\n{"__proto__":{"polluted":true}}'],
  ])('%s is a miss, and is replaced', async (_what, garbage) => {
    const rows = new Map<string, unknown>();
    const { cache, story } = startTrial({ store: rows });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    rows.set(ask.keyOf(QUESTION) ?? '', garbage);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
    await settled();
    expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
    expect(story()).toEqual(['miss', 'stored', 'hit']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  async function tampered(change: (text: string) => string) {
    const rows = new Map<string, unknown>();
    const { cache, story } = startTrial({ store: rows });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask(QUESTION);
    await settled();
    const key = ask.keyOf(QUESTION) ?? '';
    const text = withoutChecksum(String(rows.get(key))) ?? '';
    rows.set(key, withChecksum(change(text))); // the checksum is correct, so that the rest of the row is checked
    const answer = await ask(QUESTION);
    await settled();
    return { answer, story };
  }

  test.each([
    ['a cut row', (text: string) => text.slice(0, -5)],
    ['a cut header', (text: string) => text.slice(0, 30)],
    [
      'a value with an unknown tag',
      (text: string) => text.replace(/\n.*/, '\n{"$cached-llm":["function","x"]}'),
    ],
    ['a value with an invalid tag', (text: string) => text.replace(/\n.*/, '\n{"$cached-llm":5}')],
    ['a response that says it is a stream', (text: string) => saying(text, '"k":"stream"')],
    ['an entry of an unknown kind', (text: string) => saying(text, '"k":"other"')],
    [
      'an entry with an invalid time',
      (text: string) => text.replace(/(\["[^"]+",\d+,)\d+/, '$1"x"'),
    ],
  ])('%s is a miss, and is replaced', async (_what, change) => {
    const { answer, story } = await tampered(change);
    expect(answer).toEqual({ text: 'answer 2' });
    expect(story()).toEqual(['miss', 'stored', 'miss', 'stored']);
  });
});

describe('an answer too large for the store', () => {
  test('is served and not stored, and gets one event', async () => {
    const { cache, story, events } = startTrial({ maxEntryBytes: 1_000 });
    let calls = 0;
    const ask = cachedLlmCall(
      async function large(_prompt: string) {
        calls += 1;
        return 'x'.repeat(1_000);
      },
      { cache },
    );
    expect(await ask('p')).toHaveLength(1_000);
    await settled();
    expect(await ask('p')).toHaveLength(1_000);
    await settled();
    expect(calls).toBe(2);
    expect(story()).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
    expect(events[1]?.event).toMatchObject({ reason: 'too-large' });
  });

  test('for the memory store is served and not stored', async () => {
    const { cache } = startTrial({ maxBytes: 2_000 });
    const ask = cachedLlmCall(async (_prompt: string) => 'x'.repeat(3_000), {
      ...{ cache, provider: 'large' },
    });
    const { response, info } = await ask.withInfo('p');
    expect(response).toHaveLength(3_000);
    expect(info.stored).toBe(false);
  });
});

describe('a listener that throws', () => {
  test('causes a warning, and fails no call', async () => {
    const { cache } = startTrial();
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const mistake = new Error('a mistake in the listener');
    cache.on('miss', () => {
      throw mistake;
    });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
    expect(warn.mock.calls.map(([said]) => said)).toEqual([String(mistake)]);
    warn.mockRestore();
  });
});
