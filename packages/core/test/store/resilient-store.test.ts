import { setImmediate as turn } from 'node:timers/promises';
import { type ManualClock, manualClock } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { LazyStore } from '../../src/store/lazy-store.ts';
import { ResilientStore } from '../../src/store/resilient-store.ts';
import type { Store } from '../../src/store/store.ts';
import { startEmitter } from '../events/start-emitter.ts';

const SECRET = 'hunter2';
const ADDRESS = `redis://user:${SECRET}@cache.example:6379`;

interface Guard {
  readonly rows: ResilientStore;
  readonly clock: ManualClock;
  readonly story: string[];
}

function guard(store: Store, storeTimeout = 5): Guard {
  const clock = manualClock();
  const { events } = startEmitter();
  const story: string[] = [];
  events.on('store-error', (event) => story.push(`${event.operation}: ${event.reason}`));
  events.on('breaker-open', ({ failures }) => story.push(`open after ${failures}`));
  events.on('breaker-closed', () => story.push('closed'));
  return {
    rows: new ResilientStore(store, { events, now: clock.now, storeTimeout, probeKey: 'probe' }),
    clock,
    story,
  };
}

/** A store that counts what it is asked, and answers everything in one way. */
class Uniform implements Store {
  asked = 0;
  answer: () => unknown;

  constructor(answer: () => unknown) {
    this.answer = answer;
  }

  #ask(): unknown {
    this.asked += 1;
    return this.answer();
  }

  get = (_key: string) => this.#ask();
  set = (_key: string, _value: string) => this.#ask();
  delete = (_key: string) => this.#ask();
  getMany? = (_keys: string[]) => this.#ask();
  disconnect = () => this.#ask();
}

class SingleReads extends Uniform {
  override getMany = undefined as never; // a Map has none
}

const down = () => Object.assign(new Error(`cannot reach ${ADDRESS}`), { code: 'ECONNREFUSED' });
const throwing = () => {
  throw down();
};
const rejecting = () => Promise.reject(down());
const hanging = () => new Promise(() => {});
const rejectingLater = async () => {
  await turn();
  throw down();
};

/** The least that is a store. */
function bare(...entries: [string, string][]): Store {
  const map = new Map(entries);
  return {
    get: (key) => map.get(key),
    set: (key, value) => map.set(key, value),
    delete: (key) => map.delete(key),
  };
}

afterEach(() => turn()); // an unhandled rejection fails the test

describe.each([
  ['throws', throwing, 'ECONNREFUSED'],
  ['rejects', rejecting, 'ECONNREFUSED'],
  ['rejects later', rejectingLater, 'ECONNREFUSED'],
  ['hangs', hanging, 'timeout'],
])('a store that %s', (_name, answer, reason) => {
  test.each([Uniform, SingleReads])('is a miss and a write that was not (%p)', async (Kind) => {
    const { rows, story } = guard(new Kind(answer));
    expect(await rows.read(['a', 'b'])).toBe(undefined);
    expect(await rows.write('a', 'text', 1_000)).toBe(false);
    expect(await rows.remove('a')).toBe(false);
    const faults = ['get', 'set', 'delete'].map((operation) => `${operation}: ${reason}`);
    expect(story).toEqual([...faults, 'open after 3']);
  });

  test('is left alone after three failures, and costs nothing from then on', async () => {
    const store = new Uniform(answer);
    const { rows, story } = guard(store);
    for (let read = 0; read < 10; read++) expect(await rows.read(['a'])).toBe(undefined);
    expect(await rows.write('a', 'text', undefined)).toBe(false);
    expect(await rows.remove('a')).toBe(false);
    expect([store.asked, rows.isOpen]).toEqual([3, true]);
    expect(story).toHaveLength(4);
  });

  test('is used again by itself when it is back', async () => {
    const store = new Uniform(answer);
    const { rows, clock, story } = guard(store);
    for (let read = 0; read < 3; read++) await rows.read(['a']);
    clock.advance(500);
    expect(await rows.read(['a'])).toBe(undefined);
    await new Promise((resolve) => setTimeout(resolve, 15)); // the probe fails
    expect(rows.isOpen).toBe(true);
    store.answer = () => Promise.resolve(['text']);
    clock.advance(1_000);
    story.length = 0;
    expect(await rows.read(['a'])).toBe(undefined);
    await turn();
    expect(await rows.read(['a'])).toEqual(['text']);
    expect([rows.isOpen, story]).toEqual([false, ['closed']]);
  });

  test('is let go of, even when it is left alone', async () => {
    const store = new Uniform(answer);
    const { rows, story } = guard(store);
    for (let read = 0; read < 3; read++) await rows.read(['a']);
    await rows.close();
    expect([store.asked, story.at(-1)]).toEqual([4, `connection: ${reason}`]);
  });

  test('is never asked twice for one operation', async () => {
    const store = new Uniform(answer);
    await guard(store).rows.read(['a', 'b', 'c']);
    expect(store.asked).toBe(1);
  });
});

describe('a fault of a store that answers', () => {
  test('is told, and leaves what the store can do alone', async () => {
    const refused = Object.assign(new Error('OOM'), { code: 'OOM', isRefusal: true });
    const store = new Uniform(() => ['text']);
    const { rows, story } = guard(store);
    store.set = () => Promise.reject(refused);
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await rows.write('key', 'value', undefined)).toBe(false);
    }
    expect(await rows.read(['key'])).toEqual(['text']);
    expect([rows.isOpen, new Set(story)]).toEqual([false, new Set(['set: OOM'])]);
  });

  test('of which one part is away costs those their rows who have them there', async () => {
    const away = Object.assign(new Error('one of three is away'), { isPartial: true });
    const store = new Uniform(() => undefined);
    store.getMany = (keys: string[]) =>
      keys.includes('lost')
        ? Promise.reject(away)
        : Promise.resolve(keys.map((key) => `row ${key}`));
    const { rows, story } = guard(store);
    for (let turn = 0; turn < 5; turn += 1) {
      const reads = [rows.read(['a', 'b']), rows.read(['lost', 'a']), rows.read(['c'])];
      expect(await Promise.all(reads)).toEqual([['row a', 'row b'], undefined, ['row c']]);
    }
    expect([rows.isOpen, story.length]).toEqual([false, 5]);
  });
});

describe('a fault that only a person can mend', () => {
  const denied = Object.assign(new Error(`WRONGPASS for ${ADDRESS}`), {
    code: 'WRONGPASS',
    isPermanent: true,
  });

  test('is told once, opens the breaker at once, and is told again after it was mended', async () => {
    const store = new Uniform(() => Promise.reject(denied));
    const { rows, clock, story } = guard(store);
    for (let turn = 0; turn < 5; turn += 1) await rows.read(['key']);
    expect([store.asked, story]).toEqual([1, ['get: WRONGPASS', 'open after 3']]);
    store.answer = () => ['text'];
    clock.advance(500);
    await rows.read(['key']); // lets the probe out
    await turn();
    expect(await rows.read(['key'])).toEqual(['text']);
    store.answer = () => Promise.reject(denied);
    await rows.read(['key']);
    expect(story.filter((line) => line === 'get: WRONGPASS')).toHaveLength(2);
  });

  test('is told apart from an outage', async () => {
    const { events } = startEmitter();
    const told: boolean[] = [];
    events.on('store-error', ({ isPermanent }) => told.push(isPermanent));
    const options = { events, now: Date.now, storeTimeout: 1_000, probeKey: 'probe' };
    await new ResilientStore(new Uniform(throwing), options).read(['key']);
    await new ResilientStore(new Uniform(() => Promise.reject(denied)), options).read(['key']);
    expect(told).toEqual([false, true]);
  });
});

describe('an operation', () => {
  test('waits no longer than it may: a read once, a write eight times', async () => {
    const { rows } = guard(new Uniform(hanging), 5);
    const start = performance.now();
    await rows.read(['a']);
    const read = performance.now();
    await rows.write('a', 'text', undefined);
    const write = performance.now();
    expect(read - start).toBeGreaterThan(4);
    expect(read - start).toBeLessThan(500);
    expect(write - read).toBeGreaterThan(38);
    expect(write - read).toBeLessThan(500);
  });

  test('that fails late, or after its deadline, is nobody’s', async () => {
    let fail = (_error: unknown) => {};
    const late = new Promise((_resolve, reject) => {
      fail = reject;
    });
    const { rows, story } = guard(new Uniform(() => late));
    await rows.read(['a']);
    fail(down());
    await turn();
    expect(story).toEqual(['get: timeout']);
  });

  test('that succeeds keeps the breaker closed', async () => {
    const store = new Uniform(() => ['text']);
    const { rows, story } = guard(store);
    for (const isDown of [true, true, false, true, true, false]) {
      store.answer = isDown ? rejecting : () => ['text'];
      await rows.read(['a']);
    }
    expect([rows.isOpen, story.length]).toEqual([false, 4]);
  });
});

describe('what a store answers', () => {
  test('may be a rejection for one key and a throw for the next', async () => {
    const answers = [rejecting, throwing, rejecting];
    const { rows, story } = guard(new SingleReads(() => answers.shift()?.()));
    expect(await rows.read(['a', 'b', 'c'])).toBe(undefined);
    await turn();
    expect(story).toEqual(['get: ECONNREFUSED']);
  });

  test('is read as texts in the order of the keys, through getMany or one by one', async () => {
    const single = bare(['a', '1'], ['c', '3']);
    const many = { ...single, getMany: (keys: string[]) => keys.map((key) => single.get(key)) };
    for (const store of [single, many]) {
      expect(await guard(store).rows.read(['c', 'b', 'a'])).toEqual(['3', undefined, '1']);
      expect(await guard(store).rows.read([])).toEqual([]);
    }
  });

  test.each([[null], [5], [false], [{}], [['text']], [Buffer.from('text')]])(
    'is no text of ours when it is %p',
    async (value) => {
      const { rows, story } = guard(new SingleReads(() => value));
      expect(await rows.read(['a'])).toEqual([undefined]);
      expect(story).toEqual([]);
    },
  );

  test.each([[false], [null], ['text'], [{}], [[]], [['a', 'b', 'c']]])(
    'to many keys is no answer when it is %j',
    async (value) => {
      expect(await guard(new Uniform(() => value)).rows.read(['a', 'b'])).toBe(undefined);
    },
  );

  test('to a write counts as taken unless it is a no', async () => {
    for (const answer of [undefined, true, null, 'OK', new Map(), Promise.resolve()]) {
      expect(await guard(new Uniform(() => answer)).rows.write('a', 'text', 5)).toBe(true);
    }
    const { rows, story } = guard(new Uniform(() => Promise.resolve(false)));
    expect(await rows.write('a', 'text', 5)).toBe(false);
    expect([story, rows.isOpen]).toEqual([['set: refused'], false]);
  });

  test('to a removal is no failure when there was nothing to remove', async () => {
    expect(await guard(new Uniform(() => false)).rows.remove('a')).toBe(true);
  });
});

describe('an event of a fault', () => {
  const WORDY: readonly (readonly [string, unknown])[] = [
    ['an error', new Error(ADDRESS)],
    ['an error with a cause', new Error('down', { cause: new Error(ADDRESS) })],
    ['several errors', new AggregateError([new Error(ADDRESS)], ADDRESS)],
    ['a code that is a message', Object.assign(new Error('down'), { code: ADDRESS })],
    [
      'a name that is a message',
      Object.assign(new Error('down'), { name: `Cannot reach ${ADDRESS}` }),
    ],
    ['a code that is an object', { code: { toString: () => ADDRESS } }],
    ['a code without a text', { code: Object.create(null) }],
    ['a text', ADDRESS],
    ['nothing', undefined],
    ['null', null],
    ['a symbol', Symbol(ADDRESS)],
  ];

  test.each(WORDY)('names %s without its words', async (_name, thrown) => {
    const { rows, story } = guard(
      new Uniform(() => {
        throw thrown;
      }),
    );
    expect(await rows.read(['a'])).toBe(undefined);
    expect(story).toHaveLength(1);
    expect(story.join()).not.toContain(SECRET);
    expect(story.join()).toMatch(/^get: (Error|AggregateError|unknown)$/);
  });

  test.each([
    [Object.assign(new Error('down'), { code: 'ECONNRESET' }), 'ECONNRESET'],
    [Object.assign(new Error('down'), { code: 11000 }), '11000'],
    [new TypeError('down'), 'TypeError'],
    [Object.assign(new Error('down'), { code: 'two words', name: 'ReplyError' }), 'ReplyError'],
  ])('says what is known of %p', async (thrown, reason) => {
    const { rows, story } = guard(new Uniform(() => Promise.reject(thrown)));
    await rows.read(['a']);
    expect(story).toEqual([`get: ${reason}`]);
  });

  test('comes from a store that reports an error by itself, too', async () => {
    let report = (_error: unknown) => {};
    const store: Store = {
      ...bare(),
      on: (_event, listener) => {
        report = listener;
      },
    };
    const { story } = guard(store);
    report(down());
    report(undefined);
    expect(story).toEqual(['connection: ECONNREFUSED', 'connection: unknown']);
  });
});

describe('closing', () => {
  test('waits for what is being written, and then lets go', async () => {
    const order: string[] = [];
    let finish = () => {};
    const store: Store = {
      ...bare(),
      set: async () => {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        order.push('written');
      },
      disconnect: () => order.push('gone'),
    };
    const { rows } = guard(store, 1_000);
    const written = rows.write('a', 'text', undefined);
    const closed = rows.close();
    await turn();
    expect(order).toEqual([]);
    finish();
    await Promise.all([written, closed]);
    expect(order).toEqual(['written', 'gone']);
  });

  test('is nothing to a store that cannot be closed', async () => {
    const { rows, story } = guard(bare());
    await rows.close();
    expect(story).toEqual([]);
  });
});

describe('a store that is being opened', () => {
  test('is waited for by its first operations, whose deadline starts then', async () => {
    let open = (_store: Store) => {};
    const lazy = new LazyStore(
      () =>
        new Promise((resolve) => {
          open = resolve;
        }),
    );
    const { rows, story } = guard(lazy);
    const answers = [rows.write('a', 'text', undefined), rows.read(['a'])];
    await new Promise((resolve) => setTimeout(resolve, 40)); // longer than a read may take
    open(bare());
    expect(await Promise.all(answers)).toEqual([true, ['text']]);
    expect(story).toEqual([]);
  });

  test('and cannot be, is a miss; and no rejection of it is left to nobody', async () => {
    const { rows, story } = guard(new LazyStore(() => Promise.reject(down())));
    await turn();
    expect(await rows.read(['a'])).toBe(undefined);
    expect(await rows.write('a', 'text', undefined)).toBe(false);
    await rows.close();
    expect(story).toEqual(['get: ECONNREFUSED', 'set: ECONNREFUSED', 'connection: ECONNREFUSED']);
  });

  test('and has an opening of its own that fails, is asked all the same', async () => {
    const store: Store = {
      ...bare(['a', '1']),
      get opening() {
        return Promise.reject(down());
      },
    };
    const { rows } = guard(store);
    await turn();
    expect(await rows.read(['a'])).toEqual(['1']);
  });
});

describe('a lazy store', () => {
  test('passes on what it can, and stands in for what its store lacks', async () => {
    const store = new LazyStore(async () => bare(['a', '1'], ['b', '2']));
    expect(await store.getMany(['b', 'x', 'a'])).toEqual(['2', undefined, '1']);
    expect(await store.get('a')).toBe('1');
    expect([await store.delete('a'), await store.get('a')]).toEqual([true, undefined]);
    expect(await store.sweep()).toBe(0);
    expect((await store.scan('').next()).done).toBe(true);
    await store.disconnect();
  });

  test('reports errors to whoever listens, be it from before or from after its opening', async () => {
    const listeners: ((error: unknown) => void)[] = [];
    const opened: Store = {
      ...bare(),
      on: (_event, listener) => listeners.push(listener),
    };
    const store = new LazyStore(async () => opened);
    const heard: string[] = [];
    store.on('error', () => heard.push('early'));
    await store.opening;
    store.on('error', () => heard.push('late'));
    for (const listener of listeners) listener(down());
    expect(heard).toEqual(['early', 'late']);
  });
});
