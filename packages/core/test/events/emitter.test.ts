import { describe, expect, test } from '@jest/globals';
import type { CacheEventEmitter } from '../../src/events/emitter.ts';
import { figuresOf } from '../../src/ledger/figures.ts';
import { startEmitter } from './start-emitter.ts';

const CALL = { key: 'k', provider: 'ask' };
const HIT = { ...CALL, age: 5, waited: 1 };

function countsAfter(
  times: Partial<Record<'hit' | 'stale' | 'miss' | 'collapsed' | 'bypass', number>>,
) {
  const { events, counters } = startEmitter();
  const repeat = (count = 0, emit: () => void) => {
    for (let time = 0; time < count; time++) emit();
  };
  repeat(times.hit, () => events.emit('hit', HIT));
  repeat(times.stale, () => events.emit('stale', { ...HIT, isFallback: false }));
  repeat(times.miss, () => events.emit('miss', CALL));
  repeat(times.collapsed, () => events.emit('collapsed', { ...CALL, waited: 0 }));
  repeat(times.bypass, () => events.emit('bypass', { reason: 'when', provider: 'ask' }));
  return figuresOf([...counters]);
}

function emitStoreEvents(events: CacheEventEmitter): void {
  events.emit('stored', { ...CALL, bytes: 5 });
  events.emit('not-admitted', { ...CALL, reason: 'truncated' });
  events.emit('store-error', { operation: 'get', reason: 'timeout', isPermanent: false });
  events.emit('breaker-open', { failures: 3 });
  events.emit('breaker-closed', {});
}

describe('the counters', () => {
  test('count each event under its own name', () => {
    expect(countsAfter({ hit: 4, stale: 3, miss: 2, collapsed: 1, bypass: 5 })).toMatchObject({
      hits: 4,
      stale: 3,
      misses: 2,
      bypasses: 5,
      bypassesByReason: { when: 5 },
      collapsed: 1,
      requests: 15,
      stored: 0,
      notAdmitted: 0,
      storeErrors: 0,
    });
  });

  test('include the events of the store', () => {
    const { events, counters } = startEmitter();
    emitStoreEvents(events);
    expect(figuresOf([...counters])).toMatchObject({
      ...{ stored: 1, notAdmitted: 1, storeErrors: 1, requests: 0 },
      notAdmittedByReason: { truncated: 1 },
      storeErrorsByOperation: { get: 1 },
    });
  });

  test.each([
    [{}, 0],
    [{ miss: 3 }, 0],
    [{ hit: 3 }, 1],
    [{ hit: 1, miss: 3 }, 0.25],
    [{ hit: 1, stale: 1, collapsed: 1, miss: 1 }, 0.75],
    [{ hit: 1, miss: 1, bypass: 100 }, 0.5],
  ])('have for %j a hit rate of %d', (times, rate) => {
    expect(countsAfter(times).hitRate).toBe(rate);
  });
});

describe('a listener', () => {
  test('gets the events of its name, in order, until it stops', () => {
    const { events } = startEmitter();
    const received: number[] = [];
    const stop = events.on('stored', ({ bytes }) => received.push(bytes));
    events.emit('stored', { ...CALL, bytes: 1 });
    events.emit('miss', CALL);
    events.emit('stored', { ...CALL, bytes: 2 });
    stop();
    stop();
    events.emit('stored', { ...CALL, bytes: 3 });
    expect(received).toEqual([1, 2]);
  });

  test('that was added twice stops one subscription at a time', () => {
    const { events } = startEmitter();
    let received = 0;
    const listener = () => {
      received += 1;
    };
    const stop = events.on('miss', listener);
    events.on('miss', listener);
    stop();
    stop();
    events.emit('miss', CALL);
    expect(received).toBe(1);
  });

  test('may start and stop other listeners while an event is sent', () => {
    const { events } = startEmitter();
    const received: string[] = [];
    const stops: (() => void)[] = [];
    stops.push(
      events.on('miss', () => {
        received.push('first');
        for (const stop of stops) stop();
        events.on('miss', () => received.push('new'));
      }),
    );
    stops.push(events.on('miss', () => received.push('second')));
    events.emit('miss', CALL);
    expect(received).toEqual(['first', 'second']);
    events.emit('miss', CALL);
    expect(received).toEqual(['first', 'second', 'new']);
  });

  test('that throws causes a warning, and neither stops other listeners nor fails the call', () => {
    const { emitWarning } = process;
    const warnings: unknown[] = [];
    process.emitWarning = (warning: unknown) => warnings.push(warning) && undefined;
    const { events } = startEmitter();
    const error = new Error('a mistake of the listener');
    let received = 0;
    events.on('miss', () => {
      throw error;
    });
    events.on('miss', () => {
      throw 'a text of a model\x1b[2J\nFORGED';
    });
    events.on('miss', () => {
      received += 1;
    });
    events.emit('miss', CALL);
    process.emitWarning = emitWarning;
    expect([received, warnings]).toEqual([
      1,
      [String(error), 'a text of a model\\u001b[2J\\nFORGED'],
    ]);
  });

  test.each<[string, string, unknown]>([
    ['An event is "hits". It is one of hit, stale,', 'hits', () => {}],
    ['An event is "constructor". It is one of', 'constructor', () => {}],
    ['A listener is undefined. Pass a function.', 'hit', undefined],
  ])('that would never hear anything is refused: %s', (message, name, listener) => {
    const { events } = startEmitter();
    expect(() => events.on(name as 'hit', listener as () => void)).toThrow(message); // as JavaScript passes it
  });
});
