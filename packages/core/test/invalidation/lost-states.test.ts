import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { SharedStore } from '../shared-store.ts';
import { settled, startTrial } from '../trial.ts';

/** A process: a cache, and a function that answers the number of its call among those of all processes. */
function startProcess(store: SharedStore, calls: { count: number }) {
  const trial = startTrial({ store, staleWhileRevalidate: 0 });
  const ask = cachedLlmCall(
    async (_question: string) => {
      calls.count += 1;
      return calls.count;
    },
    { cache: trial.cache, provider: 'p', tags: ['t'] },
  );
  return { ...trial, ask };
}

type Process = ReturnType<typeof startProcess>;

function startTwo() {
  const store = new SharedStore();
  const calls = { count: 0 };
  const start = () => startProcess(store, calls);
  return { store, calls, start, one: start(), other: start() };
}

async function askOf({ ask }: Process): Promise<number> {
  const answer = await ask('q');
  await settled();
  return answer;
}

const isState = (key: string) => key.includes(':tag:');

const LOSSES: readonly (readonly [string, (store: SharedStore) => void])[] = [
  ['all rows', (store) => store.rows.clear()],
  ['the states of tags and keys', (store) => remove(store, isState)],
  ['the states of tags', (store) => remove(store, (key) => isState(key) && !key.includes('{'))],
  ['the states of keys', (store) => remove(store, (key) => isState(key) && key.includes('{'))],
];

function remove(store: SharedStore, isLost: (key: string) => boolean): void {
  for (const key of [...store.rows.keys()]) if (isLost(key)) store.rows.delete(key);
}

const CHANGES: readonly (readonly [string, (process: Process) => Promise<boolean>])[] = [
  ['invalidate({ tag })', ({ cache }) => cache.invalidate({ tag: 't' })],
  ['invalidate({ key })', ({ cache, ask }) => cache.invalidate({ key: ask.keyOf('q') ?? '' })],
  ['invalidate({ namespace })', ({ cache }) => cache.invalidate({ namespace: true })],
  ['expire({ tag })', ({ cache }) => cache.expire({ tag: 't' })],
  ['clear()', ({ cache }) => cache.clear()],
];

describe.each(LOSSES)('a state that the store has lost: %s', (_name, lose) => {
  test.each(CHANGES)('after %s makes no older entry valid', async (_change, change) => {
    const { store, start, one } = startTwo();
    await askOf(one);
    const entries = [...store.rows].filter(([key]) => !isState(key));
    expect(await change(one)).toBe(true);
    lose(store);
    for (const [key, row] of entries) store.rows.set(key, row); // the entry has outlived the state
    expect(await askOf(start())).toBe(2);
  });

  test.each(CHANGES)('after %s keeps no newer entry out', async (_change, change) => {
    const { store, calls, one, other, start } = startTwo();
    await askOf(one);
    await change(one);
    await askOf(one);
    lose(store);
    const before = calls.count;
    for (let round = 0; round < 4; round += 1) {
      for (const process of [one, other]) await askOf(process);
    }
    await askOf(start());
    expect(calls.count - before).toBe(1);
  });
});

test('a state that was replaced and is restored is put aside by who has seen the newer one', async () => {
  const { store, one, start } = startTwo();
  await askOf(one);
  const backup = new Map(store.rows);
  expect(await one.cache.invalidate({ tag: 't' })).toBe(true);
  store.rows.clear();
  for (const [key, row] of backup) store.rows.set(key, row);
  expect(await askOf(one)).toBe(2);
  expect(await askOf(start())).toBe(2);
});

test('a state that another program has damaged is made anew', async () => {
  const { store, one, other } = startTwo();
  await askOf(one);
  for (const key of store.rows.keys()) if (isState(key)) store.rows.set(key, '{"generation":');
  expect([await askOf(one), await askOf(other), await askOf(one)]).toEqual([2, 2, 2]);
});
