import { setImmediate as turn } from 'node:timers/promises';
import { type ManualClock, manualClock } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { LazyStore } from '../../src/store/lazy-store.ts';
import { ResilientStore } from '../../src/store/resilient-store.ts';
import type { Store } from '../../src/store/store.ts';
import { startEmitter } from '../events/start-emitter.ts';

const NO_CODE =
  "The store gives no code for its failure, and its message may hold a password. To read it, call the store alone: await store.get('key'). An adapter of Keyv needs a client of the package and major that it names.";
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

/** A store that counts its operations, and answers each of them in the same way. */
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
  override getMany = undefined as never; // a Map does not have it
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

/** A store with no other methods than get, set and delete. */
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
  test.each([Uniform, SingleReads])('reads as a miss, and fails each write (%p)', async (Kind) => {
    const { rows, story } = guard(new Kind(answer));
    expect(await rows.read(['a', 'b'])).toBe(undefined);
    expect(await rows.write('a', 'text', 1_000)).toBe(false);
    expect(await rows.remove('a')).toBe(false);
    const failures = ['get', 'set', 'delete'].map((operation) => `${operation}: ${reason}`);
    expect(story).toEqual([...failures, 'open after 3']);
  });

  test('is not used after three failures, and causes no delay from then on', async () => {
    const store = new Uniform(answer);
    const { rows, story } = guard(store);
    for (let read = 0; read < 10; read++) expect(await rows.read(['a'])).toBe(undefined);
    expect(await rows.write('a', 'text', undefined)).toBe(false);
    expect(await rows.remove('a')).toBe(false);
    expect([store.asked, rows.isAway]).toEqual([3, true]);
    expect(story).toHaveLength(4);
  });

  test('is used again when it is back, without any action', async () => {
    const store = new Uniform(answer);
    const { rows, clock, story } = guard(store);
    for (let read = 0; read < 3; read++) await rows.read(['a']);
    clock.advance(500);
    expect(await rows.read(['a'])).toBe(undefined);
    await new Promise((resolve) => setTimeout(resolve, 15)); // the probe fails
    expect(rows.isAway).toBe(true);
    store.answer = () => Promise.resolve(['text']);
    clock.advance(1_000);
    story.length = 0;
    expect(await rows.read(['a'])).toBe(undefined);
    await turn();
    expect(await rows.read(['a'])).toEqual(['text']);
    expect([rows.isAway, story]).toEqual([false, ['closed']]);
  });

  test('is disconnected, even while the breaker is open', async () => {
    const store = new Uniform(answer);
    const { rows, story } = guard(store);
    for (let read = 0; read < 3; read++) await rows.read(['a']);
    await rows.close();
    expect([store.asked, story.at(-1)]).toEqual([4, `connection: ${reason}`]);
  });

  test('is never called twice for one operation', async () => {
    const store = new Uniform(answer);
    await guard(store).rows.read(['a', 'b', 'c']);
    expect(store.asked).toBe(1);
  });
});

describe('a failure of a store that answers', () => {
  test('gets an event, and does not open the breaker', async () => {
    const refused = Object.assign(new Error('OOM'), { code: 'OOM', isRefusal: true });
    const store = new Uniform(() => ['text']);
    const { rows, story } = guard(store);
    store.set = () => Promise.reject(refused);
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await rows.write('key', 'value', undefined)).toBe(false);
    }
    expect(await rows.read(['key'])).toEqual(['text']);
    expect([rows.isAway, new Set(story)]).toEqual([false, new Set(['set: OOM'])]);
  });

  test('of one of several servers affects only the reads of its rows', async () => {
    const away = Object.assign(new Error('one of three is away'), { isPartial: true });
    const store = new Uniform(() => undefined);
    store.get = (key: string) =>
      key === 'lost' ? Promise.reject(away) : Promise.resolve(`row ${key}`);
    store.getMany = (keys: string[]) => Promise.all(keys.map((key) => store.get(key)));
    const { rows, story } = guard(store);
    for (let turn = 0; turn < 5; turn += 1) {
      const reads = [rows.read(['a', 'b']), rows.read(['lost', 'a']), rows.read(['c'])];
      expect(await Promise.all(reads)).toEqual([
        ['row a', 'row b'],
        [undefined, 'row a'],
        ['row c'],
      ]);
    }
    expect([rows.isAway, story.length]).toEqual([false, 5]);
  });
});

describe('a failure that only a person can correct', () => {
  const denied = Object.assign(new Error(`WRONGPASS for ${ADDRESS}`), {
    code: 'WRONGPASS',
    isPermanent: true,
  });

  test('gets one event, opens the breaker at once, and gets another event after it was corrected', async () => {
    const store = new Uniform(() => Promise.reject(denied));
    const { rows, clock, story } = guard(store);
    for (let turn = 0; turn < 5; turn += 1) await rows.read(['key']);
    expect([store.asked, story]).toEqual([1, ['get: WRONGPASS', 'open after 3']]);
    store.answer = () => ['text'];
    clock.advance(500);
    await rows.read(['key']); // starts the probe
    await turn();
    expect(await rows.read(['key'])).toEqual(['text']);
    store.answer = () => Promise.reject(denied);
    await rows.read(['key']);
    expect(story.filter((line) => line === 'get: WRONGPASS')).toHaveLength(2);
  });

  test('is permanent in its event, and an outage is not', async () => {
    const { events } = startEmitter();
    const flags: boolean[] = [];
    events.on('store-error', ({ isPermanent }) => flags.push(isPermanent));
    const options = { events, now: Date.now, storeTimeout: 1_000, probeKey: 'probe' };
    await new ResilientStore(new Uniform(throwing), options).read(['key']);
    await new ResilientStore(new Uniform(() => Promise.reject(denied)), options).read(['key']);
    expect(flags).toEqual([false, true]);
  });
});

describe('an operation', () => {
  test('ends within its deadline, which is eight times longer for a write than for a read', async () => {
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

  test('that fails after its deadline causes one event only', async () => {
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
    expect([rows.isAway, story.length]).toEqual([false, 4]);
  });
});

describe('the answer of a store', () => {
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
    'counts as an absent row when it is %p',
    async (value) => {
      const { rows, story } = guard(new SingleReads(() => value));
      expect(await rows.read(['a'])).toEqual([undefined]);
      expect(story).toEqual([]);
    },
  );

  test.each([[false], [null], ['text'], [{}], [[]], [['a', 'b', 'c']]])(
    'to many keys is a failure when it is %j',
    async (value) => {
      expect(await guard(new Uniform(() => value)).rows.read(['a', 'b'])).toBe(undefined);
    },
  );

  test('to a write means success, unless it is false', async () => {
    for (const answer of [undefined, true, null, 'OK', new Map(), Promise.resolve()]) {
      expect(await guard(new Uniform(() => answer)).rows.write('a', 'text', 5)).toBe(true);
    }
    const { rows, story } = guard(new Uniform(() => Promise.resolve(false)));
    expect(await rows.write('a', 'text', 5)).toBe(false);
    expect([story, rows.isAway]).toEqual([['set: refused'], false]);
  });

  test('to a removal is no failure when there was nothing to remove', async () => {
    expect(await guard(new Uniform(() => false)).rows.remove('a')).toBe(true);
  });
});

describe('the event of a failure', () => {
  const WITH_TEXT: readonly (readonly [string, unknown])[] = [
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
    ['undefined', undefined],
    ['null', null],
    ['a symbol', Symbol(ADDRESS)],
  ];

  test.each(WITH_TEXT)('does not contain the message of %s', async (_name, thrown) => {
    const { rows, story } = guard(
      new Uniform(() => {
        throw thrown;
      }),
    );
    expect(await rows.read(['a'])).toBe(undefined);
    expect(story).toHaveLength(1);
    expect(story.join()).not.toContain(SECRET);
    expect(story.join()).toMatch(/^get: (AggregateError$|unknown: The store gives no code)/);
  });

  test.each([
    [Object.assign(new Error('down'), { code: 'ECONNRESET' }), 'ECONNRESET'],
    [Object.assign(new Error('down'), { code: 11000 }), '11000'],
    [new TypeError('down'), 'TypeError'],
    [Object.assign(new Error('down'), { code: 'two words', name: 'ReplyError' }), 'ReplyError'],
    [new TypeError('down', { cause: down() }), 'ECONNREFUSED'],
    [new AggregateError([down()]), 'ECONNREFUSED'],
    [new Error('down'), `unknown: ${NO_CODE}`],
    [Object.assign(down(), { remedy: 'Start it.' }), 'ECONNREFUSED: Start it.'],
  ])('states the code, the code of the cause, or the class of %p', async (thrown, reason) => {
    const { rows, story } = guard(new Uniform(() => Promise.reject(thrown)));
    await rows.read(['a']);
    expect(story).toEqual([`get: ${reason}`]);
  });

  test('is sent for an error that the store reports by itself, too', async () => {
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
    expect(story).toEqual(['connection: ECONNREFUSED', `connection: unknown: ${NO_CODE}`]);
  });
});

describe('closing', () => {
  test('waits for writes under way, and then disconnects', async () => {
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
      disconnect: () => order.push('disconnected'),
    };
    const { rows } = guard(store, 1_000);
    const written = rows.write('a', 'text', undefined);
    const closed = rows.close();
    await turn();
    expect(order).toEqual([]);
    finish();
    await Promise.all([written, closed]);
    expect(order).toEqual(['written', 'disconnected']);
  });

  test('has no effect on a store without disconnect', async () => {
    const { rows, story } = guard(bare());
    await rows.close();
    expect(story).toEqual([]);
  });
});

describe('a store that is being opened', () => {
  test('is awaited by its first operations, whose deadline starts then', async () => {
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

  test('but cannot be opened is a miss, and its rejection is handled', async () => {
    const { rows, story } = guard(new LazyStore(() => Promise.reject(down())));
    await turn();
    expect(await rows.read(['a'])).toBe(undefined);
    expect(await rows.write('a', 'text', undefined)).toBe(false);
    await rows.close();
    expect(story).toEqual(['get: ECONNREFUSED', 'set: ECONNREFUSED', 'connection: ECONNREFUSED']);
  });

  test('is used even where its own opening fails', async () => {
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
  test('offers every operation, and replaces those that its store lacks', async () => {
    const store = new LazyStore(async () => bare(['a', '1'], ['b', '2']));
    expect(await store.getMany(['b', 'x', 'a'])).toEqual(['2', undefined, '1']);
    expect(await store.get('a')).toBe('1');
    expect([await store.delete('a'), await store.get('a')]).toEqual([true, undefined]);
    expect(await store.sweep()).toBe(0);
    expect((await store.scan('').next()).done).toBe(true);
    await store.disconnect();
  });

  test('reports errors to listeners that were added before or after its opening', async () => {
    const listeners: ((error: unknown) => void)[] = [];
    const opened: Store = {
      ...bare(),
      on: (_event, listener) => listeners.push(listener),
    };
    const store = new LazyStore(async () => opened);
    const received: string[] = [];
    store.on('error', () => received.push('early'));
    await store.opening;
    store.on('error', () => received.push('late'));
    for (const listener of listeners) listener(down());
    expect(received).toEqual(['early', 'late']);
  });
});
