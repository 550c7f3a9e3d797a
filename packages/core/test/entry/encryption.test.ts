import { describe, expect, test } from '@jest/globals';
import { type CacheOptions, cachedLlmCall } from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';
import { DUMPED_STORES, useDumpedStore } from '../inspection/dumped-stores.ts';
import { QUESTION, startProvider, startTurns } from '../provider.ts';
import { OLDER_SECRET, SECRET } from '../secrecy/secret-texts.ts';
import { chunksOf, settled, startTrial } from '../trial.ts';

const HOUR = 3_600_000;
const LONG_TIMEOUT = { storeTimeout: '30s', lease: false } as const;

/** A complete stream in the format of OpenAI. */
async function* stream(_prompt: string): AsyncGenerator<unknown, void, undefined> {
  yield { choices: [{ index: 0, delta: { content: 'The sky' }, finish_reason: null }] };
  yield { choices: [{ index: 0, delta: { content: ' is.' }, finish_reason: 'stop' }] };
}

const rowsOf = async (store: MemoryStore) => {
  const rows = new Map<string, string>();
  for await (const { key, value } of store.scan('')) rows.set(key, value);
  return rows;
};

describe.each(DUMPED_STORES)('under a secret, over %s', (_name, open) => {
  const opened = useDumpedStore(open);

  const start = (options: CacheOptions = {}) =>
    startTrial({ ...LONG_TIMEOUT, store: opened.store, secret: SECRET, ...options });

  test('an answer comes back as it was, from this process and from another', async () => {
    const answer = { text: 'ä\u0000𝒳', at: new Date(0), audio: new Uint8Array([0, 255]) };
    const provider = startTurns(answer);
    const ask = cachedLlmCall(provider.ask, { cache: start().cache });
    expect((await ask.withInfo(QUESTION)).info.stored).toBe(true);
    const there = cachedLlmCall(provider.ask, { cache: start().cache });
    for (const each of [ask, there]) expect(await each(QUESTION)).toEqual(answer);
    expect(provider.count).toBe(1);
  });

  test('a stream comes back in its chunks', async () => {
    const { cache, story } = start();
    const ask = cachedLlmCall(stream, { cache });
    const live = await chunksOf(await ask('p'));
    while (!story().includes('stored')) await settled();
    expect(await chunksOf(await ask('p'))).toEqual(live);
    expect(story()).toEqual(['miss', 'stored', 'hit']);
  });

  test('a stale answer is served while it is revalidated, and where the provider fails', async () => {
    const { cache, clock, story } = start({
      ttl: '1h',
      staleWhileRevalidate: '1h',
      staleIfError: '1d',
    });
    const failure = Object.assign(new Error(), { status: 500 });
    const provider = startTurns({ text: '1' }, { text: '2' }, failure);
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask.withInfo(QUESTION);
    clock.advance(HOUR);
    expect(await ask(QUESTION)).toEqual({ text: '1' });
    while (story().at(-1) !== 'stored') await settled();
    expect(await ask(QUESTION)).toEqual({ text: '2' });
    clock.advance(3 * HOUR);
    expect(await ask(QUESTION)).toEqual({ text: '2' });
    expect(story()).toEqual(['miss', 'stored', 'stale', 'stored', 'hit', 'call-failed', 'stale']);
  });

  test('a hit renews its ttl', async () => {
    const { cache, clock } = start({ ttl: '1h', renewOnHit: true });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask.withInfo(QUESTION);
    clock.advance(HOUR / 2);
    await ask(QUESTION);
    const isRenewed = async () => (await ask.withInfo(QUESTION)).info.ttl === HOUR;
    while (!(await isRenewed())) await settled();
    clock.advance(HOUR * 0.9);
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(1);
  });

  test('an invalidation by tag, model, provider or namespace holds in another process, too', async () => {
    const { cache } = start({ tags: ['faq'] });
    const there = start({ tags: ['faq'] }).cache;
    const provider = startProvider();
    const asked = { ...QUESTION, model: 'gpt-5' };
    const ask = cachedLlmCall(provider.ask, { cache, provider: 'openai' });
    const selections = [
      { tag: 'faq' },
      { model: 'gpt-5' },
      { provider: 'openai' },
      { namespace: true },
    ] as const;
    for (const [index, selection] of selections.entries()) {
      await ask.withInfo(asked);
      expect((await ask.withInfo(asked)).info.outcome).toBe('hit');
      expect(await there.invalidate(selection)).toBe(true);
      expect([selection, provider.calls.length]).toEqual([selection, index + 1]);
      expect(await ask.peek(asked)).toBe(undefined);
    }
  });

  test('one request is invalidated or made stale by its key and by its tag', async () => {
    const { cache, clock } = start({ ttl: '1h', tags: ['faq'], staleIfError: '1h' });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    const outcome = async () => (await ask.withInfo(QUESTION)).info.outcome;
    await outcome();
    const key = ask.keyOf(QUESTION) ?? '';
    expect(await cache.expire({ key })).toBe(true);
    expect([await outcome(), await outcome()]).toEqual(['miss', 'hit']);
    expect(await cache.expire({ tag: 'faq' })).toBe(true);
    clock.advance(1);
    expect([await outcome(), await outcome()]).toEqual(['miss', 'hit']);
    expect(await ask.invalidate(QUESTION)).toBe(true);
    expect([await outcome(), await outcome()]).toEqual(['miss', 'hit']);
  });

  test('clear removes the rows, and no entry is served afterwards', async () => {
    const { cache } = start();
    const ask = cachedLlmCall(startProvider().ask, { cache });
    const key = (await ask.withInfo(QUESTION)).info.key ?? '';
    expect(await opened.store.get(key)).toBeDefined();
    expect(await cache.clear()).toBe(true);
    expect(await opened.store.get(key)).toBeUndefined();
    expect(await ask.peek(QUESTION)).toBe(undefined);
  });

  test('entries can be inspected with the secret, and not without it', async () => {
    const { cache } = start({ scope: 'alice', tags: ['faq'] });
    await cachedLlmCall(startProvider().ask, { cache }).withInfo(QUESTION);
    const seenBy = async (secret: string | undefined) => {
      const seen: unknown[] = [];
      const { inspection } = start({ secret }).cache;
      for await (const { header, state } of inspection.entries({ tag: 'faq' })) {
        seen.push([header.scope, state]);
      }
      return seen;
    };
    expect(await seenBy(SECRET)).toEqual([['alice', 'fresh']]);
    expect(await seenBy(OLDER_SECRET)).toEqual([]);
    expect(await seenBy(undefined)).toEqual([]);
  });
});

describe('a key under a secret', () => {
  const keyUnder = (options: CacheOptions, scope?: string) => {
    const { cache } = startTrial(options);
    return cachedLlmCall(startProvider().ask, { cache, scope }).keyOf(QUESTION);
  };

  test('has the same form as without a secret, and differs for each secret', () => {
    const keys = [{}, { secret: SECRET }, { secret: OLDER_SECRET }].map((options) =>
      keyUnder(options),
    );
    expect(new Set(keys).size).toBe(3);
    for (const key of keys) expect(key).toMatch(/^cached-llm:2:-:[\w-]{43}$/);
  });

  test('does not reveal its scope to a person who guesses it', () => {
    const scopeIn = (key: string | undefined) => key?.split(':')[2];
    expect(scopeIn(keyUnder({}, 'alice'))).not.toBe(scopeIn(keyUnder({ secret: SECRET }, 'alice')));
  });

  test('is the same for a secret as text, as bytes, and as the newest of several', () => {
    const key = keyUnder({ secret: SECRET });
    expect(keyUnder({ secret: Buffer.from(SECRET) })).toBe(key);
    expect(keyUnder({ secrets: [SECRET] })).toBe(key);
    expect(keyUnder({ secrets: [SECRET, OLDER_SECRET] })).toBe(key);
  });
});

describe('an encrypted row', () => {
  async function stored(options: CacheOptions = {}) {
    const store = new MemoryStore();
    const trial = startTrial({ store, secret: SECRET, ...options });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache: trial.cache });
    const key = (await ask.withInfo(QUESTION)).info.key ?? '';
    return { ...trial, store, provider, ask, key, row: String(store.get(key)) };
  }

  test.each<[string, CacheOptions, string | undefined]>([
    ['another request', {}, undefined],
    ['another scope', {}, 'bob'],
    ['another namespace', { namespace: 'other' }, undefined],
    ['another secret', { secret: OLDER_SECRET }, undefined],
    ['a cache without a secret', { secret: undefined }, undefined],
  ])('that was moved to %s is a miss', async (name, options, scope) => {
    const { store, row } = await stored();
    const { cache } = startTrial({ store, secret: SECRET, ...options });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache, scope });
    const asked = name === 'another request' ? { prompt: 'other' } : QUESTION;
    store.set(ask.keyOf(asked) ?? '', row);
    expect((await ask.withInfo(asked)).info.outcome).toBe('miss');
    expect((await ask.withInfo(asked)).info.outcome).toBe('hit');
  });

  test('is a miss in another namespace where all else is the same', async () => {
    const { store, row, key } = await stored();
    const there = startTrial({ store, secret: SECRET, namespace: 'other' });
    const ask = cachedLlmCall(startProvider().ask, { cache: there.cache });
    expect(ask.keyOf(QUESTION)).toBe(key.replace('cached-llm', 'other'));
    store.set(ask.keyOf(QUESTION) ?? '', row);
    expect(await ask.peek(QUESTION)).toBe(undefined);
  });

  test('is required: an unencrypted row under its key is a miss', async () => {
    const unencrypted = await stored({ secret: undefined });
    const { store, ask, key } = await stored();
    store.set(key, unencrypted.row);
    expect(await ask.peek(QUESTION)).toBe(undefined);
  });

  test('has another text each time it is written', async () => {
    const { store, ask, key, row } = await stored();
    await ask.with({ mode: 'refresh' }).withInfo(QUESTION);
    expect(store.get(key)).not.toBe(row);
  });

  test('longer than maxEntryBytes is not stored, and one event reports it', async () => {
    const { cache, events } = startTrial({ secret: SECRET, maxEntryBytes: 1_000 });
    const provider = startTurns({ text: 'x'.repeat(700) });
    const ask = cachedLlmCall(provider.ask, { cache });
    expect((await ask.withInfo(QUESTION)).info.stored).toBe(false);
    expect(events.at(-1)?.event).toMatchObject({ reason: 'too-large' });
  });
});

describe('the row of a tag under a secret', () => {
  async function invalidated() {
    const store = new MemoryStore();
    const start = () => startTrial({ store, secret: SECRET, tags: ['faq'] }).cache;
    const provider = startProvider();
    const ask = () => cachedLlmCall(provider.ask, { cache: start() });
    await ask().withInfo(QUESTION);
    const before = await rowsOf(store);
    await start().invalidate({ tag: 'faq' });
    const rows = [...(await rowsOf(store))].filter(([key, row]) => before.get(key) !== row);
    const [key, row] = rows.find(([name]) => name.includes(':tag:')) ?? ['', ''];
    return { store, ask, key, row };
  }

  test('is encrypted, under a key that does not reveal the tag', async () => {
    const { key, row } = await invalidated();
    expect(key).toMatch(/^cached-llm:2:tag:[\w-]{43}$/);
    expect(row).toMatch(/^[\w+/]+=*$/);
  });

  test.each([
    ['a forged text', () => JSON.stringify({ generation: '' })],
    ['an empty text', () => ''],
    ['an edited row', (row: string) => `A${row.slice(1)}`],
  ])(
    'that is overwritten with %s makes no entry valid again, and the next answer is stored',
    async (_name, forge) => {
      const { store, ask, key, row } = await invalidated();
      store.set(key, forge(row));
      expect((await ask().withInfo(QUESTION)).info.outcome).toBe('miss');
      expect((await ask().withInfo(QUESTION)).info.outcome).toBe('hit');
    },
  );

  test('that was copied from another tag makes no entry valid again', async () => {
    const { store, ask, key } = await invalidated();
    const cache = startTrial({ store, secret: SECRET }).cache;
    const before = await rowsOf(store);
    await cache.invalidate({ tag: 'other' });
    const [, other = ''] = [...(await rowsOf(store))].find(([name]) => !before.has(name)) ?? [];
    store.set(key, other);
    expect((await ask().withInfo(QUESTION)).info.outcome).toBe('miss');
  });
});
