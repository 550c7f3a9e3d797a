import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { manualClock } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Keyv } from 'keyv';
import { Keyv as KeyvSix } from 'keyv-6';
import { MemoryStore } from '../../src/memory/memory-store.ts';

async function keysOf(store: MemoryStore, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.scan(prefix)) keys.push(key);
  return keys.sort();
}

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const step = fc.oneof(
  fc.record({ do: fc.constant('get' as const), key }),
  fc.record({ do: fc.constant('set' as const), key }),
  fc.record({ do: fc.constant('delete' as const), key }),
);

describe('bounded by entries', () => {
  test('never holds too many rows, and each row is the one that was written last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const store = new MemoryStore({ maxEntries: 3 });
        const written = new Map<string, string>();
        for (const [index, { do: operation, key: name }] of steps.entries()) {
          if (operation === 'get')
            expect([undefined, written.get(name)]).toContain(store.get(name));
          if (operation === 'delete') store.delete(name);
          if (operation === 'set') store.set(name, `${index}`);
          if (operation === 'delete') written.delete(name);
          if (operation === 'set') written.set(name, `${index}`);
          for await (const row of store.scan('')) expect(written.get(row.key)).toBe(row.value);
          expect((await keysOf(store)).length).toBe(store.measure().usedEntries);
          expect(store.measure().usedEntries).toBe(Math.min(store.measure().usedEntries, 3));
        }
      }),
    );
  });

  test('the least recently used row is evicted first, until the traffic shows that another should be', () => {
    const store = new MemoryStore({ maxEntries: 3 });
    for (const name of ['a', 'b', 'c']) store.set(name, '1');
    store.get('a');
    store.set('b', '2');
    store.set('d', '1');
    expect(store.getMany(['a', 'b', 'c', 'd'])).toEqual(['1', '2', undefined, '1']);
  });

  test('evictions are counted', () => {
    const store = new MemoryStore({ maxEntries: 2 });
    for (const name of ['a', 'b', 'c', 'd']) store.set(name, '1');
    expect(store.measure()).toMatchObject({ usedEntries: 2, evictions: 2 });
  });
});

describe('bounded by bytes', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 400 }),
    fc.integer({ min: 0, max: 2_000 }).map((length) => 'x'.repeat(length)),
    fc.integer({ min: 0, max: 1_000 }).map((length) => '世'.repeat(length)),
  );

  test('never holds too many bytes, and counts those that it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(key, text), { maxLength: 40 }), async (writes) => {
        const store = new MemoryStore({ maxBytes: 2_000 });
        for (const [name, value] of writes) {
          const isTaken = store.set(name, value);
          expect(store.get(name)).toBe(isTaken ? value : undefined);
          expect(store.measure().usedBytes).toBeLessThanOrEqual(2_000);
        }
        const rows = await keysOf(store);
        const fresh = new MemoryStore({ maxBytes: 1_000_000 });
        for (const name of rows) fresh.set(name, store.get(name) ?? '');
        expect(store.measure().usedBytes).toBe(fresh.measure().usedBytes);
        for (const name of rows) store.delete(name);
        expect([store.measure().usedBytes, store.measure().usedEntries]).toEqual([0, 0]);
      }),
    );
  });

  test('a value larger than the whole store is refused, and the former row is removed', () => {
    const store = new MemoryStore({ maxBytes: 1_000 });
    store.set('a', 'small');
    store.set('b', 'small');
    expect(store.set('a', 'x'.repeat(1_000))).toBe(false);
    expect([store.get('a'), store.get('b')]).toEqual([undefined, 'small']);
    expect(store.measure().evictions).toBe(0);
  });

  test('a value that grows evicts other rows, and not its own', () => {
    const store = new MemoryStore({ maxBytes: 1_000 });
    for (const name of ['a', 'b']) store.set(name, 'x'.repeat(100));
    expect(store.set('a', 'x'.repeat(600))).toBe(true);
    expect(store.get('b')).toBe(undefined);
    expect(store.get('a')).toHaveLength(600);
    expect(store.measure()).toMatchObject({ usedEntries: 1, evictions: 1 });
  });

  test('a text that needs two bytes for each character counts twice', () => {
    const [narrow, wide] = [new MemoryStore(), new MemoryStore()];
    narrow.set('k', 'é'.repeat(100));
    wide.set('k', '世'.repeat(100));
    expect(wide.measure().usedBytes - narrow.measure().usedBytes).toBe(100);
  });

  test.each([[null], [undefined], [5], [{ value: 'a' }], [['a']]])(
    'a value that is not a text is refused: %j',
    (value) => {
      const store = new MemoryStore();
      store.set('key', 'text');
      expect(store.set('key', value as never)).toBe(false); // a Keyv without a serialiser passes such values
      expect(store.get('key')).toBe(undefined);
      expect(store.measure()).toMatchObject({ usedEntries: 0, usedBytes: 0, evictions: 0 });
    },
  );
});

describe('a ttl', () => {
  test('ends a row to the millisecond', () => {
    const clock = manualClock();
    const store = new MemoryStore({ now: clock.now });
    store.set('key', 'text', 100);
    clock.advance(99);
    expect([store.get('key'), store.getMany(['key'])]).toEqual(['text', ['text']]);
    clock.advance(1);
    expect([store.get('key'), store.getMany(['key'])]).toEqual([undefined, [undefined]]);
    expect(store.measure().usedBytes).toBe(0);
  });

  test('is that of the last write', () => {
    const clock = manualClock();
    const store = new MemoryStore({ now: clock.now });
    store.set('longer', '1', 100);
    store.set('longer', '2', 1_000);
    store.set('endless', '1', 100);
    store.set('endless', '2');
    store.set('shorter', '1', 1_000);
    store.set('shorter', '2', 100);
    clock.advance(500);
    expect(store.getMany(['longer', 'endless', 'shorter'])).toEqual(['2', '2', undefined]);
  });

  test('removes rows that are not read when it is swept', async () => {
    const clock = manualClock();
    const store = new MemoryStore({ now: clock.now });
    for (const name of ['a', 'b', 'c']) store.set(name, '1', 100);
    store.set('d', '1');
    clock.advance(100);
    expect(await keysOf(store)).toEqual(['d']);
    for (const name of ['a', 'b']) store.set(name, '1', 100);
    clock.advance(100);
    expect([await store.sweep(), await store.sweep()]).toEqual([2, 0]);
    expect(store.measure().usedEntries).toBe(1);
  });
});

describe('a row that has expired', () => {
  test('is removed while others are written', () => {
    const clock = manualClock();
    const store = new MemoryStore({ now: clock.now });
    for (let index = 0; index < 400; index += 1) store.set(`old ${index}`, '1', 100);
    clock.advance(100);
    for (let index = 0; index < 150; index += 1) store.set(`new ${index}`, '1', 100);
    expect(store.measure()).toMatchObject({ usedEntries: 150, evictions: 0 });
  });

  test('is removed before a row that has not', () => {
    const clock = manualClock();
    const store = new MemoryStore({ maxEntries: 100, now: clock.now });
    for (let index = 0; index < 50; index += 1) store.set(`fresh ${index}`, '1');
    for (let index = 0; index < 50; index += 1) store.set(`old ${index}`, '1', 100);
    clock.advance(100);
    for (let index = 0; index < 20; index += 1) store.set(`new ${index}`, '1');
    store.set('one more', '1');
    expect(store.get('fresh 49')).toBe('1');
  });

  test('never costs a row that has not expired, whatever was written, rewritten and removed before', async () => {
    const lives = fc.array(
      fc.record({ key: fc.integer({ min: 0, max: 30 }), ttl: fc.integer({ min: 1, max: 50 }) }),
      { maxLength: 80 },
    );
    await fc.assert(
      fc.asyncProperty(lives, fc.array(fc.nat(30)), async (writes, removals) => {
        const clock = manualClock();
        const store = new MemoryStore({ maxEntries: 40, now: clock.now });
        for (const { key: name, ttl } of writes) store.set(`${name}`, '1', ttl);
        for (const name of removals) store.delete(`${name}`);
        for (let index = 0; index < 9; index += 1) store.set(`endless ${index}`, '1');
        clock.advance(25);
        const alive = await keysOf(store);
        for (let index = alive.length; index < 40; index += 1) store.set(`new ${index}`, '1', 50);
        expect(await keysOf(store)).toEqual(expect.arrayContaining(alive));
        expect(store.measure()).toMatchObject({ usedEntries: 40, evictions: 0 });
        clock.advance(50);
        expect(await store.sweep()).toBe(31);
      }),
    );
  });

  test('is removed before a row that has not where the bound is one of bytes', () => {
    const clock = manualClock();
    const store = new MemoryStore({ maxBytes: 20_000, now: clock.now });
    const text = 'x'.repeat(1_500);
    for (let index = 0; index < 5; index += 1) store.set(`fresh ${index}`, text);
    for (let index = 0; index < 6; index += 1) store.set(`old ${index}`, text, 50);
    clock.advance(50);
    store.set('large', 'x'.repeat(10_500), 1_000);
    expect(store.measure()).toMatchObject({ usedEntries: 6, evictions: 0 });
  });

  test('is still found after the store was cleared', () => {
    const clock = manualClock();
    const store = new MemoryStore({ now: clock.now });
    for (let index = 0; index < 50; index += 1) store.set(`${index}`, '1', 100);
    store.clear();
    for (let index = 0; index < 50; index += 1) store.set(`old ${index}`, '1', 100);
    clock.advance(100);
    for (let index = 0; index < 50; index += 1) store.set(`new ${index}`, '1');
    expect(store.measure().usedEntries).toBe(50);
  });
});

test('clearing removes all rows, and the bounds still hold', async () => {
  const store = new MemoryStore({ maxEntries: 2 });
  for (const name of ['a', 'b', 'c']) store.set(name, '1');
  store.clear();
  expect(store.measure()).toMatchObject({ usedEntries: 0, usedBytes: 0, evictions: 1 });
  for (const name of ['a', 'b', 'c']) store.set(name, '1');
  expect(await keysOf(store)).toEqual(['b', 'c']);
});

test('a scan that rewrites every row that it finds ends', async () => {
  const store = new MemoryStore();
  for (const name of ['a', 'b', 'c']) store.set(name, '1');
  const seen: string[] = [];
  for await (const { key: name } of store.scan('')) {
    seen.push(name);
    store.set(name, '2');
  }
  expect(seen).toEqual(['a', 'b', 'c']);
});

test('a sweep of many rows lets other work run meanwhile', async () => {
  const clock = manualClock();
  const store = new MemoryStore({ now: clock.now });
  for (let index = 0; index < 3_000; index += 1) store.set(`${index}`, '1', 100);
  clock.advance(100);
  const swept = store.sweep();
  const story: unknown[] = [];
  setImmediate(() => story.push('another'));
  story.push(await swept);
  expect(story).toEqual(['another', 3_000]);
});

describe('bounds', () => {
  test.each([[0], [-1], [Number.NaN], [Number.POSITIVE_INFINITY], ['10' as never]])(
    'that are not a number above zero are refused: %p',
    (bound) => {
      const misuse = expect.objectContaining({ code: 'INVALID_OPTION' });
      expect(() => new MemoryStore({ maxEntries: bound })).toThrow(misuse);
      expect(() => new MemoryStore({ maxBytes: bound })).toThrow(misuse);
    },
  );
});

test('a scan continues when rows are removed meanwhile', async () => {
  const store = new MemoryStore();
  for (const name of ['a:1', 'a:2', 'a:3', 'b:1']) store.set(name, '1');
  const seen: string[] = [];
  for await (const row of store.scan('a:')) {
    seen.push(row.key);
    store.delete('a:2');
  }
  expect(seen).toEqual(['a:1', 'a:3']);
});

interface AnyKeyv {
  get(key: string): Promise<unknown>;
  set(key: string, value: string): Promise<boolean>;
  clear(): Promise<void>;
}

describe.each<[string, (store: MemoryStore) => AnyKeyv]>([
  ['Keyv 5', (store) => new Keyv({ store })],
  ['Keyv 6', (store) => new KeyvSix({ store })],
])('under %s', (_name, over) => {
  test('the bounds hold', async () => {
    const store = new MemoryStore({ maxBytes: 10_000 });
    const keyv = over(store);
    for (let index = 0; index < 50; index++) await keyv.set(`${index}`, 'x'.repeat(1_000));
    expect(store.measure()).toMatchObject({ usedEntries: 7, evictions: 43 });
    expect(store.measure().usedBytes).toBeLessThanOrEqual(10_000);
    expect([await keyv.get('42'), await keyv.get('43')]).toEqual([undefined, 'x'.repeat(1_000)]);
  });

  test('a value that is too large is not stored, and set returns false', async () => {
    const keyv = over(new MemoryStore({ maxBytes: 1_000 }));
    await keyv.set('key', 'small');
    expect(await keyv.set('key', 'x'.repeat(1_000))).toBe(false);
    expect(await keyv.get('key')).toBe(undefined);
  });

  test('clearing empties it', async () => {
    const store = new MemoryStore();
    const keyv = over(store);
    await keyv.set('key', 'text');
    await keyv.clear();
    expect(store.measure().usedEntries).toBe(0);
  });
});

/** Bytes of the heap that are in use. */
function heapUse(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void; // it is what the flag exposes
  for (const _round of [1, 2, 3]) collectGarbage();
  return process.memoryUsage().heapUsed;
}

test('the bytes that it counts are about those of the heap', () => {
  const before = heapUse();
  // The map of the rows doubles, so that the bytes of a row depend on how many there are.
  const stores = [20_000, 30_000, 45_000].map((rows) => {
    const store = new MemoryStore({ maxEntries: rows });
    for (let row = 0; row < rows; row++) {
      const number = `${row}`.padStart(60, '0');
      store.set(number, Buffer.from(number.repeat(5)).toString('latin1'), 1_000_000 + row);
    }
    return store;
  });
  const measured = heapUse() - before;
  const counted = stores.reduce((sum, store) => sum + store.measure().usedBytes, 0);
  expect(measured / counted).toBeGreaterThan(0.93);
  expect(measured / counted).toBeLessThan(1.07);
});
