import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall, type LlmCache } from '../../src/index.ts';
import { MemoryStore, type Store } from '../../src/store.ts';
import { closedGate } from '../flight/gate.ts';
import { SharedStore } from '../shared-store.ts';
import { settled, startTrial } from '../trial.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A process: a cache, and a function that answers what the world says when it is called. */
function startProcess(store?: Store) {
  const trial = startTrial({ store, staleWhileRevalidate: 0 });
  const world = { answer: 'old', gate: closedGate(), calls: 0 };
  world.gate.open();
  const ask = cachedLlmCall(
    async (_question: string) => {
      const { answer, gate } = world;
      world.calls += 1;
      await gate.opened;
      return answer;
    },
    { cache: trial.cache, provider: 'p', tags: ['t'] },
  );
  return { ...trial, world, ask };
}

type Process = ReturnType<typeof startProcess>;

const MANNERS: readonly (readonly [string, (cache: LlmCache, key: string) => Promise<boolean>])[] =
  [
    ['invalidate({ key })', (cache, key) => cache.invalidate({ key })],
    ['invalidate({ tag })', (cache) => cache.invalidate({ tag: 't' })],
    ['invalidate({ provider })', (cache) => cache.invalidate({ provider: 'p' })],
    ['invalidate({ namespace })', (cache) => cache.invalidate({ namespace: true })],
    ['clear()', (cache) => cache.clear()],
    ['expire({ key })', (cache, key) => cache.expire({ key })],
    ['expire({ tag })', (cache) => cache.expire({ tag: 't' })],
  ];

/** Starts a call that sees the old world, changes the world, and lets `change` happen before the call ends. */
async function duringCall({ ask, world }: Process, change: () => Promise<unknown>) {
  world.gate = closedGate();
  const answer = ask('q');
  await settled();
  world.answer = 'new';
  const result = await change();
  world.gate.open();
  await answer;
  await settled();
  return result;
}

describe.each(MANNERS)('%s during a call', (_name, change) => {
  test.each([
    ['in this process, over memory', undefined],
    ['in this process, over a shared store', new SharedStore()],
    ['in this process, over memory that another cache may have', new MemoryStore()],
  ])('holds %s', async (_where, store) => {
    const process = startProcess(store);
    const { cache, ask } = process;
    const done = await duringCall(process, () => change(cache, ask.keyOf('q') ?? ''));
    expect(done).toBe(true);
    expect(await ask('q')).toBe('new');
  });

  test('holds in another process', async () => {
    const store = new SharedStore();
    const [one, other] = [startProcess(store), startProcess(store)];
    other.world.answer = 'new';
    const key = one.ask.keyOf('q') ?? '';
    expect(await duringCall(one, () => change(other.cache, key))).toBe(true);
    expect([await other.ask('q'), await one.ask('q')]).toEqual(['new', 'new']);
  });
});

describe('an older answer does not replace a newer one', () => {
  test('if its call ends after that of a refresh in this process', async () => {
    const process = startProcess();
    await duringCall(process, async () => {
      process.world.gate = { ...process.world.gate, opened: Promise.resolve() }; // of later calls
      expect(await process.ask.with({ mode: 'refresh' })('q')).toBe('new');
    });
    expect(await process.ask('q')).toBe('new');
  });

  test('if its call ends after that of a refresh in another process, and says why', async () => {
    const store = new SharedStore();
    const [one, other] = [startProcess(store), startProcess(store)];
    other.world.answer = 'new';
    other.clock.advance(1);
    await duringCall(one, async () => {
      one.clock.advance(2);
      other.clock.advance(1);
      await other.ask.with({ mode: 'refresh' })('q');
      await settled();
    });
    expect(await one.ask('q')).toBe('new');
    expect(one.events).toContainEqual({
      name: 'not-admitted',
      event: expect.objectContaining({ reason: 'superseded' }),
    });
  });

  test('if it was set by hand before', async () => {
    const { cache, clock } = startTrial({ store: new SharedStore() });
    const identity = { provider: 'p', request: 1 };
    const first = cache.set(identity, 'one');
    clock.advance(1);
    await Promise.all([first, cache.set(identity, 'two')]);
    expect(await cache.get(identity)).toBe('two');
  });

  test('but an answer from a clock that is ahead is replaced', async () => {
    const store = new SharedStore();
    const [one, ahead] = [startProcess(store), startProcess(store)];
    ahead.clock.advance(DAY);
    await ahead.ask('q');
    await settled();
    one.world.answer = 'new';
    await one.ask.with({ mode: 'refresh' })('q');
    await settled();
    expect(await one.ask('q')).toBe('new');
  });
});

/** A store that is away while `isAway`. */
class SometimesAway extends SharedStore {
  isAway = false;

  override async get(key: string) {
    return this.#unlessAway(() => super.get(key));
  }

  override async set(key: string, value: string) {
    return this.#unlessAway(() => super.set(key, value));
  }

  override async delete(key: string) {
    return this.#unlessAway(() => super.delete(key));
  }

  #unlessAway<Result>(operation: () => Promise<Result>): Promise<Result> {
    return this.isAway ? Promise.reject(new Error('away')) : operation();
  }
}

describe('an invalidation that the store did not accept', () => {
  test.each(MANNERS.filter(([name]) => name !== 'clear()'))(
    '%s holds in this process, and reaches the others when the store is back',
    async (_name, change) => {
      const store = new SometimesAway();
      const [one, other] = [startProcess(store), startProcess(store)];
      await one.ask('q');
      await settled();
      store.isAway = true;
      for (const { world } of [one, other]) world.answer = 'new';
      expect(await change(one.cache, one.ask.keyOf('q') ?? '')).toBe(false);
      store.isAway = false;
      one.clock.advance(10 * MINUTE);
      other.clock.advance(10 * MINUTE);
      expect(await one.ask('q')).toBe('new');
      await one.cache.close(); // writes what is left
      expect(await other.ask('q')).toBe('new');
    },
  );
});

describe('an expiry', () => {
  test.each(MANNERS.filter(([name]) => name.startsWith('expire')))(
    '%s by a clock that is ahead makes an entry stale at once',
    async (_name, change) => {
      const store = new SharedStore();
      const [one, ahead] = [startProcess(store), startProcess(store)];
      ahead.clock.advance(30 * DAY);
      await one.ask('q');
      await settled();
      one.world.answer = 'new';
      expect(await change(ahead.cache, one.ask.keyOf('q') ?? '')).toBe(true);
      expect(await one.ask('q')).toBe('new');
    },
  );

  test.each([['expire first'], ['invalidate first']])(
    'does not undo an invalidation of the same tag at the same time: %s',
    async (order) => {
      const store = new SharedStore();
      const [one, other] = [startProcess(store), startProcess(store)];
      const ask = one.ask.with({ staleWhileRevalidate: '1h' });
      await ask('q');
      await settled();
      one.world.answer = 'new';
      const changes = [
        () => one.cache.invalidate({ tag: 't' }),
        () => other.cache.expire({ tag: 't' }),
      ];
      if (order === 'expire first') changes.reverse();
      await Promise.all(changes.map((change) => change()));
      expect(await ask('q')).toBe('new');
    },
  );

  test('that the store did not accept does not undo what was invalidated meanwhile', async () => {
    const store = new SometimesAway();
    const [one, other] = [startProcess(store), startProcess(store)];
    const ask = other.ask.with({ staleWhileRevalidate: '1h' });
    await ask('q');
    await settled();
    store.isAway = true;
    expect(await one.cache.expire({ tag: 't' })).toBe(false);
    store.isAway = false;
    one.clock.advance(MINUTE);
    expect(await other.cache.invalidate({ tag: 't' })).toBe(true);
    await one.cache.close(); // writes what is left
    other.world.answer = 'new';
    expect(await ask('q')).toBe('new');
    const third = startProcess(store);
    third.world.answer = 'newest';
    expect(await third.ask('q')).toBe('new');
  });
});

describe('close()', () => {
  test.each([
    ['at once', undefined],
    ['late', async () => settled().then(() => true)],
  ])('waits for an answer that was just given and is admitted %s', async (_when, admit) => {
    const store = new SharedStore();
    const [one, other] = [startProcess(store), startProcess(store)];
    await one.ask.with({ admit })('q');
    await one.cache.close();
    await other.ask('q');
    expect(other.world.calls).toBe(0);
  });
});

describe('an entry from the future', () => {
  const startAhead = async (ahead: number) => {
    const store = new SharedStore();
    const [one, future] = [startProcess(store), startProcess(store)];
    future.clock.advance(ahead);
    await future.ask('q');
    await settled();
    one.world.answer = 'new';
    return one;
  };

  test('is fresh for no longer than its own ttl from now, and has no negative age', async () => {
    const { ask, clock } = await startAhead(365 * DAY);
    const { info } = await ask.withInfo('q');
    expect(info).toMatchObject({ outcome: 'hit', age: 0, ttl: 7 * DAY });
    await settled();
    clock.advance(7 * DAY - 1);
    expect(await ask('q')).toBe('old');
    clock.advance(1);
    expect(await ask('q')).toBe('new');
  });

  test.each([['key'], ['tag']])('is reached by expire({ %s })', async (name) => {
    const { ask, cache } = await startAhead(DAY);
    const selection = name === 'key' ? { key: ask.keyOf('q') ?? '' } : { tag: 't' };
    expect(await cache.expire(selection)).toBe(true);
    expect(await ask('q')).toBe('new');
  });

  test('is not rewritten for a clock that is ahead by seconds', async () => {
    const { ask, clock } = await startAhead(5_000);
    expect((await ask.withInfo('q')).info).toMatchObject({ outcome: 'hit', age: 0, ttl: 7 * DAY });
    clock.advance(5_000);
    expect((await ask.withInfo('q')).info).toMatchObject({ age: 0, ttl: 7 * DAY });
  });
});

describe('a tag that a later caller names', () => {
  test.each([
    ['memory', () => undefined],
    ['a shared store', () => new SharedStore()],
  ])('is added to the entry that it hits, over %s', async (_store, makeStore) => {
    const { ask, cache, story } = startProcess(makeStore());
    await ask('q');
    await settled();
    await ask.with({ tags: ['user:2'] })('q');
    await settled();
    const entry = await cache.inspection.entry(ask.keyOf('q') ?? '');
    expect(entry?.header.tags).toEqual(['t', 'user:2']);
    await cache.invalidate({ tag: 'user:2' });
    await ask('q');
    await settled();
    expect(story()).toEqual(['miss', 'stored', 'hit', 'miss', 'stored']);
  });

  test.each([
    ['a stale answer', { staleWhileRevalidate: '1h' as const }],
    ['an older answer in place of a failing provider', { staleIfError: '1h' as const }],
  ])('is added to the entry of %s', async (_what, windows) => {
    const { ask, cache, clock, world } = startProcess(new SharedStore());
    await ask.with({ ttl: '1m', ...windows })('q');
    await settled();
    clock.advance(2 * MINUTE);
    world.gate = { open: () => {}, opened: Promise.reject(new Error('network')) };
    world.gate.opened.catch(() => {});
    expect(await ask.with({ ...windows, tags: ['user:2'] })('q')).toBe('old');
    await settled();
    const entry = await cache.inspection.entry(ask.keyOf('q') ?? '');
    expect(entry?.header.tags).toEqual(['t', 'user:2']);
  });

  test('is added by cache.get', async () => {
    const { cache } = startTrial({ store: new SharedStore() });
    const identity = { provider: 'p', request: 1 };
    await cache.set(identity, 'one');
    await cache.get(identity, { tags: ['user:2'] });
    await settled();
    await cache.invalidate({ tag: 'user:2' });
    expect(await cache.get(identity)).toBe(undefined);
  });

  test('is added by a caller that joined the call of another', async () => {
    const process = startProcess();
    const { ask, cache } = process;
    await duringCall(process, async () => {
      void ask.with({ tags: ['user:2'] })('q');
      await settled();
    });
    await settled();
    await cache.invalidate({ tag: 'user:2' });
    expect(await ask('q')).toBe('new');
  });

  test('does not let it join a call that began before the tag was invalidated', async () => {
    const process = startProcess();
    const { ask, cache, world } = process;
    let late: Promise<string> | undefined;
    await duringCall(process, async () => {
      await cache.invalidate({ tag: 'user:2' });
      world.gate = { ...world.gate, opened: Promise.resolve() };
      late = ask.with({ tags: ['user:2'] })('q');
      expect(await late).toBe('new');
    });
    expect(await late).toBe('new');
  });

  test('was invalidated once: two such callers do not replace the answers of each other for ever', async () => {
    const { ask, cache, world } = startProcess(new SharedStore());
    const users = ['user:1', 'user:2'].map((tag) => ask.with({ tags: [tag] }));
    await cache.invalidate({ tag: 'user:1' });
    await cache.invalidate({ tag: 'user:2' });
    for (let round = 0; round < 3; round++) {
      for (const user of users) {
        await user('q');
        await settled();
      }
    }
    expect(world.calls).toBe(2);
  });
});

describe('maxAge', () => {
  test('refuses an older entry, which is replaced', async () => {
    const { ask, clock, world, story } = startProcess();
    await ask('q');
    await settled();
    world.answer = 'new';
    clock.advance(10 * MINUTE);
    expect(await ask.with({ maxAge: '11m' })('q')).toBe('old');
    expect(await ask.with({ maxAge: '10m' })('q')).toBe('new');
    await settled();
    expect(await ask('q')).toBe('new');
    expect(story()).toEqual(['miss', 'stored', 'hit', 'miss', 'stored', 'hit']);
  });

  test('joins no call that may be answered with an older entry', async () => {
    const process = startProcess();
    const { ask, clock, world } = process;
    const lenient = ask.with({ staleIfError: '1h', ttl: '1m' });
    await lenient('q');
    await settled();
    clock.advance(2 * MINUTE);
    world.gate = closedGate();
    const older = lenient('q');
    const strict = ask.with({ maxAge: '1m' })('q');
    await settled();
    expect(world.calls).toBe(3);
    world.gate.open();
    await Promise.all([older, strict]);
  });

  test.each([['soon'], [-1], [Number.NaN]])('%s is no duration', (maxAge) => {
    const { ask } = startProcess();
    // @ts-expect-error: no duration
    expect(() => ask.with({ maxAge })).toThrow('maxAge');
  });
});

describe('a selection', () => {
  test.each([
    [undefined, 'The selection is undefined'],
    [null, 'The selection is null'],
    ['faq', 'The selection is a string'],
    [{}, 'selects nothing'],
    [{ namespace: false }, 'namespace'],
    [{ namespace: 'other' }, 'namespace'],
    [{ tag: undefined }, 'tag is undefined'],
    [{ tag: '' }, 'tag is empty'],
    [{ model: 5 }, 'model is a number'],
    [{ tag: 'a', model: 'm' }, 'tag and model'],
    [{ tags: ['a'] }, 'unknown name tags'],
    [{ key: 'some-row-of-another-application' }, 'no key of an entry'],
    [{ key: 'cached-llm:2:tag:{cached-llm:2:}*' }, 'no key of an entry'],
  ])('%j is refused', async (selection, message) => {
    const { cache, ask } = startProcess();
    await ask('q');
    const refused = { code: 'INVALID_OPTION', message: expect.stringContaining(message) };
    // @ts-expect-error: JavaScript passes anything
    await expect(cache.invalidate(selection)).rejects.toMatchObject(refused);
    // @ts-expect-error: likewise
    await expect(cache.expire(selection)).rejects.toMatchObject(refused);
    expect(await ask.peek('q')).toBe('old');
  });
});
