import { describe, expect, test } from '@jest/globals';
import type { Reporter } from '../../src/events/emitter.ts';
import { figuresOf } from '../../src/ledger/figures.ts';
import { startReporter } from './start-reporter.ts';

const CALL = { key: 'k', provider: 'ask' };
const HIT = { ...CALL, age: 5, waited: 1 };

function told(times: Partial<Record<'hit' | 'stale' | 'miss' | 'collapsed' | 'bypass', number>>) {
  const { reporter, book } = startReporter();
  const repeat = (count = 0, tell: () => void) => {
    for (let time = 0; time < count; time++) tell();
  };
  repeat(times.hit, () => reporter.tell('hit', HIT));
  repeat(times.stale, () => reporter.tell('stale', { ...HIT, isFallback: false }));
  repeat(times.miss, () => reporter.tell('miss', CALL));
  repeat(times.collapsed, () => reporter.tell('collapsed', CALL));
  repeat(times.bypass, () => reporter.tell('bypass', { reason: 'when', provider: 'ask' }));
  return figuresOf([...book]);
}

function tellStore(reporter: Reporter): void {
  reporter.tell('stored', { ...CALL, bytes: 5 });
  reporter.tell('not-admitted', { ...CALL, reason: 'truncated' });
  reporter.tell('store-error', { operation: 'get', reason: 'timeout', isPermanent: false });
  reporter.tell('breaker-open', { failures: 3 });
  reporter.tell('breaker-closed', {});
}

describe('what is counted', () => {
  test('is what is told, each under its own name', () => {
    expect(told({ hit: 4, stale: 3, miss: 2, collapsed: 1, bypass: 5 })).toMatchObject({
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

  test('has events of the store beside those of calls', () => {
    const { reporter, book } = startReporter();
    tellStore(reporter);
    expect(figuresOf([...book])).toMatchObject({
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
  ])('of %j makes a hit rate of %d', (times, rate) => {
    expect(told(times).hitRate).toBe(rate);
  });
});

describe('a listener', () => {
  test('hears the events of its name, in order, until it stops', () => {
    const { reporter } = startReporter();
    const heard: number[] = [];
    const stop = reporter.emitter.on('stored', ({ bytes }) => heard.push(bytes));
    reporter.tell('stored', { ...CALL, bytes: 1 });
    reporter.tell('miss', CALL);
    reporter.tell('stored', { ...CALL, bytes: 2 });
    stop();
    stop();
    reporter.tell('stored', { ...CALL, bytes: 3 });
    expect(heard).toEqual([1, 2]);
  });

  test('that listens twice stops once at a time', () => {
    const { reporter } = startReporter();
    let heard = 0;
    const listener = () => {
      heard += 1;
    };
    const stop = reporter.emitter.on('miss', listener);
    reporter.emitter.on('miss', listener);
    stop();
    stop();
    reporter.tell('miss', CALL);
    expect(heard).toBe(1);
  });

  test('may start and stop others while an event is told', () => {
    const { reporter } = startReporter();
    const heard: string[] = [];
    const stops: (() => void)[] = [];
    stops.push(
      reporter.emitter.on('miss', () => {
        heard.push('first');
        for (const stop of stops) stop();
        reporter.emitter.on('miss', () => heard.push('new'));
      }),
    );
    stops.push(reporter.emitter.on('miss', () => heard.push('second')));
    reporter.tell('miss', CALL);
    expect(heard).toEqual(['first', 'second']);
    reporter.tell('miss', CALL);
    expect(heard).toEqual(['first', 'second', 'new']);
  });

  test('that throws stops no other, and no call: it is a warning', () => {
    const { emitWarning } = process;
    const warnings: unknown[] = [];
    process.emitWarning = (warning: unknown) => warnings.push(warning) && undefined;
    const { reporter } = startReporter();
    const error = new Error('a mistake of the listener');
    let heard = 0;
    reporter.emitter.on('miss', () => {
      throw error;
    });
    reporter.emitter.on('miss', () => {
      throw 'a text';
    });
    reporter.emitter.on('miss', () => {
      heard += 1;
    });
    reporter.tell('miss', CALL);
    process.emitWarning = emitWarning;
    expect([heard, warnings]).toEqual([1, [String(error), 'a text']]);
  });
});
