import { beforeEach, describe, expect, test } from '@jest/globals';
import { type CacheOptions, cachedLlmCall } from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';
import { QUESTION, startProvider } from '../provider.ts';
import { OLDER_SECRET, SECRET } from '../secrecy/secret-texts.ts';
import { settled, startTrial } from '../trial.ts';

const HOUR = 3_600_000;

/** The three steps of a rotation. A process of its own runs in each. */
const BEFORE = { secret: OLDER_SECRET } as const;
const DURING = { secrets: [SECRET, OLDER_SECRET] } as const;
const AFTER = { secret: SECRET } as const;

let store: MemoryStore;
let provider: ReturnType<typeof startProvider>;
beforeEach(() => {
  store = new MemoryStore();
  provider = startProvider();
});

function start(secrets: CacheOptions, options: CacheOptions = {}) {
  const trial = startTrial({ store, ttl: '1h', tags: ['faq'], ...secrets, ...options });
  const ask = cachedLlmCall(provider.ask, { cache: trial.cache });
  const outcome = async (question = QUESTION) => (await ask.withInfo(question)).info.outcome;
  return { ...trial, ask, outcome, key: ask.keyOf(QUESTION) ?? '' };
}

describe('while a secret replaces another', () => {
  test('entries of the older secret are hits, and new entries are stored under the newer secret', async () => {
    const before = start(BEFORE);
    await before.outcome();
    const during = start(DURING);
    expect(await during.outcome()).toBe('hit');
    expect(await during.outcome({ prompt: 'other' })).toBe('miss');
    expect(await start(AFTER).outcome({ prompt: 'other' })).toBe('hit');
    expect(await before.outcome({ prompt: 'other' })).toBe('miss');
  });

  test('a look-up under both secrets asks the store once', async () => {
    await start(BEFORE).outcome();
    const asked: string[][] = [];
    class Observed extends MemoryStore {
      override getMany(keys: string[]) {
        asked.push(keys);
        return keys.map((key) => store.get(key));
      }
    }
    const during = start(DURING, { store: new Observed() });
    expect(await during.outcome()).toBe('hit');
    expect(asked).toHaveLength(1);
  });

  test('an entry of the older secret is a miss once that secret is removed', async () => {
    await start(BEFORE).outcome();
    expect(await start(DURING).outcome()).toBe('hit');
    expect(await start(AFTER).outcome()).toBe('miss');
  });

  test('a refreshed answer is stored under the newer secret, and its older row is removed', async () => {
    const before = start(BEFORE);
    await before.outcome();
    const during = start(DURING);
    await during.ask.with({ mode: 'refresh' }).withInfo(QUESTION);
    expect(await start(AFTER).ask.peek(QUESTION)).toEqual({ text: 'answer 2' });
    expect(store.get(before.key)).toBe(undefined);
  });

  test('a renewed entry is stored under the newer secret', async () => {
    await start(BEFORE).outcome();
    const during = start(DURING, { renewOnHit: true });
    during.clock.advance(HOUR / 2);
    await during.outcome();
    await settled();
    expect(await start(AFTER).outcome()).toBe('hit');
  });

  test('three secrets work like two', async () => {
    await start(BEFORE).outcome();
    const third = 'a third secret of more than 32 bytes';
    expect(await start({ secrets: [third, SECRET, OLDER_SECRET] }).outcome()).toBe('hit');
  });
});

describe('while a secret replaces another, an entry that was invalidated', () => {
  test.each([
    ['before the rotation is a miss during it', BEFORE, DURING],
    ['during the rotation is a miss for a process with the older secret only', DURING, BEFORE],
    ['during the rotation is a miss for a process with the newer secret only', DURING, AFTER],
  ] as const)('%s', async (_name, there, here) => {
    const own = start(here);
    await own.outcome();
    expect(await start(there).cache.invalidate({ tag: 'faq' })).toBe(true);
    expect([await own.outcome(), await own.outcome()]).toEqual(['miss', 'hit']);
  });

  test('before the rotation is a miss to its end, and answers that were stored after are hits', async () => {
    const before = start(BEFORE);
    await before.outcome();
    await before.cache.clear();
    const during = start(DURING);
    expect([await during.outcome(), await during.outcome()]).toEqual(['miss', 'hit']);
    expect(await start(AFTER).outcome()).toBe('hit');
  });

  test('by processes with either secret stays a miss for both', async () => {
    const [before, during] = [start(BEFORE), start(DURING)];
    await during.outcome();
    await before.cache.invalidate({ tag: 'faq' });
    expect([await during.outcome(), await during.outcome()]).toEqual(['miss', 'hit']);
    await during.cache.invalidate({ tag: 'faq' });
    expect([await during.outcome(), await during.outcome()]).toEqual(['miss', 'hit']);
    expect(await start(AFTER).outcome()).toBe('hit');
  });

  test.each([
    ['by the request', true],
    ['by a key whose request this process never saw', false],
  ])('%s is a miss under both secrets', async (_name, isKnown) => {
    const before = start(BEFORE);
    await before.outcome();
    const { key } = start(AFTER);
    const during = start(DURING);
    const stranger = startTrial({ store, ...DURING }).cache;
    if (isKnown) expect(await during.ask.invalidate(QUESTION)).toBe(true);
    else expect(await stranger.invalidate({ key })).toBe(true);
    expect(await before.ask.peek(QUESTION)).toEqual(isKnown ? undefined : { text: 'answer 1' });
    const there = start(DURING);
    expect([await there.outcome(), await there.outcome()]).toEqual(['miss', 'hit']);
  });
});

describe('while a secret replaces another, an entry that was expired', () => {
  const SERVED_STALE = { staleWhileRevalidate: '1h' } as const;

  test('by its tag is stale under either secret', async () => {
    const before = start(BEFORE, SERVED_STALE);
    await before.outcome();
    const during = start(DURING, SERVED_STALE);
    expect(await during.cache.expire({ tag: 'faq' })).toBe(true);
    for (const { clock } of [before, during]) clock.advance(1);
    // Both ask before one of the revalidations has stored a new answer.
    expect(await Promise.all([before.outcome(), during.outcome()])).toEqual(['stale', 'stale']);
  });

  test('by its key is stale where the older secret encrypted it', async () => {
    await start(BEFORE, SERVED_STALE).outcome();
    const during = start(DURING, SERVED_STALE);
    expect(await during.cache.expire({ key: during.key })).toBe(true);
    during.clock.advance(1);
    expect(await during.outcome()).toBe('stale');
  });

  test('by its key after it was invalidated stays a miss', async () => {
    await start(BEFORE, SERVED_STALE).outcome();
    const stranger = startTrial({ store, ...DURING }).cache;
    const { key } = start(AFTER);
    await stranger.invalidate({ key });
    await stranger.expire({ key });
    expect(await start(DURING, SERVED_STALE).outcome()).toBe('miss');
  });
});

describe('a row of the newest secret that cannot be decrypted', () => {
  test('is a miss, and no older answer is served', async () => {
    const before = start(BEFORE);
    await before.outcome();
    const during = start(DURING);
    store.set(during.key, 'damaged');
    expect([await during.outcome(), await during.outcome()]).toEqual(['miss', 'hit']);
  });
});
