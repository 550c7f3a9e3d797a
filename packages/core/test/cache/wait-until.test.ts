import { expect, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';

const answerTo = (question: string) => ({
  choices: [{ message: { content: question }, finish_reason: 'stop' }],
});

/** A store whose writes end when the test says so. */
function slowStore() {
  const rows = new Map<string, string>();
  const writes: (() => void)[] = [];
  const store = {
    get: async (key: string) => rows.get(key),
    set: async (key: string, value: string) => {
      if (value.includes('Why?')) await new Promise<void>((end) => writes.push(end));
      rows.set(key, value);
    },
    delete: async (key: string) => rows.delete(key),
  };
  return { store, writes };
}

/** As a platform waits: also for what it is given while it waits. */
async function allOf(waiting: readonly Promise<unknown>[]): Promise<void> {
  let count = 0;
  while (count < waiting.length) {
    count = waiting.length;
    await Promise.all(waiting);
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('waitUntil gets a call until its answer is stored, which is after the response', async () => {
  const { store, writes } = slowStore();
  const waiting: Promise<unknown>[] = [];
  const cache = createLlmCache({ store, waitUntil: (work) => waiting.push(work) });
  const ask = cachedLlmCall(async (question: string) => answerTo(question), { cache, name: 'ask' });
  await ask('Why?');
  expect(waiting).toHaveLength(1);
  let isEnded = false;
  const ended = waiting[0]?.then(() => {
    isEnded = true;
  });
  while (writes.length === 0) await turn();
  expect(isEnded).toBe(false);
  writes[0]?.();
  await ended;
  expect(cache.stats().stored).toBe(1);
  await cache.close();
});

test('waitUntil gets the call behind a stale answer', async () => {
  let now = 0;
  const waiting: Promise<unknown>[] = [];
  const options = { ttl: '1s', staleWhileRevalidate: '1h', now: () => now } as const;
  const cache = createLlmCache({ ...options, waitUntil: (work) => waiting.push(work) });
  let calls = 0;
  const ask = cachedLlmCall(
    async () => {
      calls += 1;
      return answerTo(String(calls));
    },
    { cache, name: 'ask' },
  );
  await ask();
  await turn(); // the part that waits is loaded
  now = 2_000;
  expect(await ask()).toEqual(answerTo('1'));
  await allOf(waiting);
  expect(calls).toBe(2);
  expect(await ask()).toEqual(answerTo('2'));
  await cache.close();
});

test('no call fails because waitUntil throws, or because what it waits for fails', async () => {
  const waiting: Promise<unknown>[] = [];
  const cache = createLlmCache({
    waitUntil: (work) => {
      waiting.push(work);
      throw new Error('There is no request.');
    },
  });
  const fail = async (): Promise<never> => {
    throw new TypeError('no answer');
  };
  const ask = cachedLlmCall(async (question: string) => answerTo(question), { cache, name: 'ask' });
  await turn();
  expect(await ask('Why?')).toEqual(answerTo('Why?'));
  await expect(cachedLlmCall(fail, { cache, name: 'fail' })()).rejects.toThrow('no answer');
  await Promise.all(waiting);
  expect(waiting).toHaveLength(2);
  await cache.close();
});

test('waitUntil that is no function is refused', () => {
  const waitUntil: unknown = 'always';
  expect(() => createLlmCache({ waitUntil: waitUntil as () => void })).toThrow(
    'waitUntil is a string. Write a function such as waitUntil of @vercel/functions.',
  );
});
