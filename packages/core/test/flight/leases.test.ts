import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { processToken } from '../../src/flight/lease-keys.ts';
import { type CacheOptions, cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { QUESTION, startProvider, startTurns } from '../provider.ts';
import { SharedStore } from '../shared-store.ts';
import { settled as backgroundDone, chunksOf, startTrial } from '../trial.ts';
import { closedGate } from './gate.ts';

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await delay(5);
}

/** Several caches over one store. They stand for several processes. */
function startProcesses(count: number, options: CacheOptions = {}) {
  const store = new SharedStore();
  const caches = Array.from({ length: count }, () => startTrial({ store, ...options }));
  return { store, trials: caches };
}

describe('equal calls from several processes', () => {
  test('make one upstream call, and the others wait for its entry', async () => {
    const { trials, store } = startProcesses(8);
    const { calls, ask } = startProvider();
    const slow = async (question: typeof QUESTION) => {
      await delay(20);
      return ask(question);
    };
    const asks = trials.map(({ cache }) => cachedLlmCall(slow, { cache, provider: 'p' }));
    const answers = await Promise.all(
      asks.flatMap((call) => Array.from({ length: 100 }, () => call(QUESTION))),
    );
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['answer 1']));
    expect(calls).toHaveLength(1);
    await until(() => store.held.size === 0);
    const stories = trials.map(({ story }) => story().filter((name) => name !== 'collapsed'));
    expect(stories.filter(([first]) => first === 'miss')).toEqual([['miss', 'stored']]);
    expect(stories.filter(([first]) => first === 'hit')).toHaveLength(7);
  });

  test('that return streams also wait for the entry', async () => {
    const { trials } = startProcesses(2);
    let calls = 0;
    async function* stream(_question: typeof QUESTION) {
      calls += 1;
      yield 'a';
      await delay(20);
      yield 'b';
    }
    const asks = trials.map(({ cache }) => cachedLlmCall(stream, { cache, provider: 'p' }));
    const read = async (call: (typeof asks)[number]) => chunksOf(await call(QUESTION));
    expect(await Promise.all(asks.map(read))).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(calls).toBe(1);
  });

  test('all call the provider at once when the leader has failed', async () => {
    const { trials } = startProcesses(4);
    const gate = closedGate();
    let calls = 0;
    const fail = async (_question: typeof QUESTION) => {
      calls += 1;
      await gate.opened;
      throw new Error('overloaded');
    };
    const asks = trials.map(({ cache }) => cachedLlmCall(fail, { cache, provider: 'p' }));
    const all = Promise.allSettled(asks.map((call) => call(QUESTION)));
    await until(() => calls === 1);
    gate.open();
    const settled = await all;
    expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
    expect(calls).toBe(4);
  });

  test('call the provider when the lease of a killed process ends', async () => {
    const { trials, store } = startProcesses(2, { lease: '30ms' });
    await store.leases.take(['other key'], 'dead', 1); // the lease of another key has no effect
    const { calls, ask } = startProvider();
    const [call] = trials.map(({ cache }) => cachedLlmCall(ask, { cache, provider: 'p' }));
    const key = call?.keyOf(QUESTION) ?? '';
    await store.leases.take([key], 'a process that was killed', 30);
    expect(await call?.(QUESTION)).toEqual({ text: 'answer 1' });
    expect(calls).toHaveLength(1);
  });

  test('renew the lease for as long as the call takes', async () => {
    const { trials } = startProcesses(2, { lease: '30ms' });
    const gate = closedGate();
    let calls = 0;
    const slow = async (_question: typeof QUESTION) => {
      calls += 1;
      await gate.opened;
      return { text: 'late' };
    };
    const asks = trials.map(({ cache }) => cachedLlmCall(slow, { cache, provider: 'p' }));
    const all = Promise.all(asks.map((call) => call(QUESTION)));
    await delay(50);
    await delay(50);
    expect(calls).toBe(1);
    gate.open();
    await all;
    expect(calls).toBe(1);
  });

  test('do not wait in refresh mode', async () => {
    const { trials } = startProcesses(2);
    const { calls, ask } = startProvider();
    const asks = trials.map(({ cache }) =>
      cachedLlmCall(ask, { cache, provider: 'p', mode: 'refresh' }),
    );
    await Promise.all(asks.map((call) => call(QUESTION)));
    expect(calls).toHaveLength(2);
  });

  test('stop waiting when their caller aborts', async () => {
    const { trials, store } = startProcesses(1);
    const { calls, ask } = startProvider();
    const [call] = trials.map(({ cache }) =>
      cachedLlmCall(
        async (question: typeof QUESTION, _options: { signal: AbortSignal }) => ask(question),
        { cache, provider: 'p' },
      ),
    );
    const controller = new AbortController();
    const key = call?.keyOf(QUESTION, { signal: controller.signal }) ?? '';
    await store.leases.take([key], 'another', 60_000);
    const pending = call?.(QUESTION, { signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(pending).rejects.toMatchObject({ name: 'AbortError' });
    expect(calls).toHaveLength(0);
  });
});

test('only one process revalidates a stale answer', async () => {
  const { trials } = startProcesses(4, { ttl: '1m', staleWhileRevalidate: '1h' });
  const turns = startTurns({ text: 'old' }, { text: 'new' });
  const gate = closedGate();
  const slow = async (question: typeof QUESTION) => {
    if (turns.count > 0) await gate.opened;
    return turns.ask(question);
  };
  const asks = trials.map(({ cache }) => cachedLlmCall(slow, { cache, provider: 'p' }));
  await asks[0]?.(QUESTION);
  for (const { clock } of trials) clock.advance(120_000);
  for (const call of asks) expect(await call(QUESTION)).toEqual({ text: 'old' });
  gate.open();
  await until(() =>
    trials.some(
      ({ story }) => story().filter((name) => name === 'stored').length > 0 && turns.count === 2,
    ),
  );
  await delay(20);
  expect(turns.count).toBe(2);
});

describe('lease', () => {
  test('is refused at definition where the store has no leases', () => {
    expect(() => createLlmCache({ lease: '5s' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('Use sqliteStore() or redisStore()'),
      }),
    );
  });

  test('must be a duration above zero', () => {
    const store = new SharedStore();
    expect(() => createLlmCache({ store, lease: 0 })).toThrow(
      expect.objectContaining({ code: 'INVALID_DURATION' }),
    );
  });

  test('can be turned off, and then each process calls the provider', async () => {
    const { trials, store } = startProcesses(2, { lease: false });
    const { calls, ask } = startProvider();
    const asks = trials.map(({ cache }) => cachedLlmCall(ask, { cache, provider: 'p' }));
    await Promise.all(asks.map((call) => call(QUESTION)));
    expect(calls).toHaveLength(2);
    expect(store.held.size).toBe(0);
  });
});

test('a store whose leases fail makes no call wait', async () => {
  const store = new SharedStore();
  store.leases.take = async () => {
    throw new Error('no leases today');
  };
  const { cache, story } = startTrial({ store });
  const { calls, ask } = startProvider();
  const call = cachedLlmCall(ask, { cache, provider: 'p' });
  expect(await call(QUESTION)).toEqual({ text: 'answer 1' });
  expect(calls).toHaveLength(1);
  await backgroundDone();
  expect(story()).toEqual(['store-error', 'miss', 'stored']);
});

describe('the lease of another process', () => {
  const { pid: ended } = spawnSync(process.execPath, ['-e', '0']);
  const here = processToken(ended);

  async function askBeside(holder: string) {
    const { trials, store } = startProcesses(1);
    const { calls, ask } = startProvider();
    const cached = trials.map(({ cache }) => cachedLlmCall(ask, { cache, provider: 'p' }))[0];
    const key = cached?.keyOf(QUESTION) ?? '';
    await store.leases.take([key], holder, 60_000);
    const answering = cached?.(QUESTION);
    return { answering, calls, giveBack: () => store.leases.release([key], holder) };
  }

  test('that has ended on this computer is not waited for', async () => {
    const { answering, calls } = await askBeside(here);
    expect(await answering).toEqual({ text: 'answer 1' });
    expect(calls).toHaveLength(1);
  });

  test.each([
    ['that is alive', processToken(process.ppid)],
    ['that is another thread of this one', processToken()],
    ['on another computer', here.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))],
    ['of an older version', 'c56a4180-65aa-42ec-a945-5fd21dec0538'],
  ])('%s is waited for', async (_whose, holder) => {
    const { answering, calls, giveBack } = await askBeside(holder);
    await delay(40); // two looks
    expect(calls).toEqual([]);
    await giveBack();
    expect(await answering).toEqual({ text: 'answer 1' });
  });
});
