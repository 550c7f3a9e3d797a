import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { LeaseKeys } from '../../src/flight/lease-keys.ts';
import { FlightLeases } from '../../src/flight/leases.ts';
import { ResilientStore } from '../../src/store/resilient-store.ts';
import type { Leases, Store } from '../../src/store.ts';
import { startEmitter } from '../events/start-emitter.ts';
import { SharedStore } from '../shared-store.ts';

const LIFE = 5_000;
const KEY = 'key';

/** Milliseconds for which nothing ran so far: the clock went on, and no timer fired. */
let stood = 0;

function standStill(milliseconds: number): void {
  stood += milliseconds;
}

const pass = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  stood = 0;
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] });
  jest.spyOn(performance, 'now').mockImplementation(() => Date.now() + stood);
});

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** Takes a lease at once, and answers late. */
class LateStore implements Store {
  answersAfter = 0;
  readonly #store = new SharedStore();
  readonly leases: Leases = {
    take: async (...claim) => {
      const holders = await this.#store.leases.take(...claim);
      if (this.answersAfter > 0)
        await new Promise((resolve) => setTimeout(resolve, this.answersAfter));
      return holders;
    },
    release: (keys, token) => this.#store.leases.release(keys, token),
  };

  get(key: string) {
    return this.#store.get(key);
  }

  set(key: string, value: string) {
    return this.#store.set(key, value);
  }

  delete(key: string) {
    return this.#store.delete(key);
  }
}

function rowsOver(store: Store): ResilientStore {
  const { events } = startEmitter();
  const options = { events, now: Date.now, storeTimeout: 60_000, probeKey: 'probe' };
  return new ResilientStore(store, options);
}

const keysOf = (store: Store, token: string) =>
  new LeaseKeys({ rows: rowsOver(store), token, milliseconds: LIFE });

const leasesOf = (store: Store) =>
  new FlightLeases(rowsOver(store), { prefix: '', milliseconds: LIFE });

const ROW = 'the entry';

/** Waits for the lease, and takes any row for a fresh entry. */
function waitFor(leases: FlightLeases, rows: ResilientStore, lookingTakes = () => {}) {
  const look = async () => {
    lookingTakes();
    return (await rows.read([KEY]))?.[0];
  };
  const isFresh = (found: string | undefined) => found !== undefined;
  const { signal } = new AbortController();
  return leases.wait(KEY, { look, isFresh, signal, patience: 60_000, delay: 0 });
}

describe('a lease', () => {
  test('from a store that answers late does not end before it is prolonged', async () => {
    const store = new LateStore();
    store.answersAfter = 4_000;
    const keys = keysOf(store, 'a');
    const taking = keys.take(KEY);
    await pass(8_000);
    expect(await taking).toBe('a');
    keys.hold(KEY);
    store.answersAfter = 0;
    await pass(1_600);
    expect(await keysOf(store, 'b').take(KEY)).toBe('a');
  });

  test('of a process that had no time for a while lives longer from then on', async () => {
    const store = new SharedStore();
    const keys = keysOf(store, 'a');
    await keys.take(KEY);
    keys.hold(KEY);
    standStill(3_000);
    await pass(2_000);
    standStill(8_000);
    expect(await keysOf(store, 'b').take(KEY)).toBe('a');
  });

  test('lives as long as asked for when there were no delays for a minute', async () => {
    const store = new SharedStore();
    const keys = keysOf(store, 'a');
    keys.noteDelay(4_000);
    await keys.take(KEY);
    standStill(16_900);
    expect(await keysOf(store, 'b').take(KEY)).toBe('a');
    standStill(60_000);
    await keys.take(KEY);
    standStill(LIFE);
    expect(await keysOf(store, 'b').take(KEY)).toBe('b');
  });

  test('that another process took during a slow look-up is waited for', async () => {
    const store = new SharedStore();
    const rows = rowsOver(store);
    const other = keysOf(store, 'b');
    let looks = 0;
    const outcome = waitFor(leasesOf(store), rows, () => {
      looks += 1;
      if (looks > 1) return;
      standStill(LIFE + 1);
      void other.take(KEY).then(() => other.hold(KEY));
    });
    await pass(300);
    await rows.write(KEY, ROW, undefined);
    await other.release(KEY);
    await pass(1_000);
    expect(await outcome).toMatchObject({ found: ROW });
    expect(store.held.get(KEY)?.token).not.toBe('b');
  });

  test('is not taken from a process that stood still as long as the one that waits', async () => {
    const store = new SharedStore();
    const holder = keysOf(store, 'a');
    await holder.take(KEY);
    holder.hold(KEY);
    const rows = rowsOver(store);
    const outcome = waitFor(leasesOf(store), rows);
    await pass(1_450); // it looks next before the holder prolongs the lease next
    standStill(20_000);
    await pass(400);
    expect(store.held.get(KEY)?.token).toBe('a');
    await rows.write(KEY, ROW, undefined);
    await holder.release(KEY);
    await pass(1_000);
    expect(await outcome).toMatchObject({ found: ROW });
  });
});
