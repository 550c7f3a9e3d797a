import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Flight } from '../../src/flight/flight.ts';
import { Flights } from '../../src/flight/flights.ts';

const planOf = (id: string) => ({ id, key: id, tags: [] });

const PLAN = planOf('key');

/** A shared call that the test resolves or rejects. */
function trial() {
  const flights = new Flights<string>();
  const signals: AbortSignal[] = [];
  const leads: Flight<string>[] = [];
  let respond = (_value: string) => {};
  let fail = (_error: unknown) => {};
  const lead = (flight: Flight<string>): Promise<string> => {
    leads.push(flight);
    signals.push(flight.signal);
    return new Promise((resolve, reject) => {
      respond = resolve;
      fail = reject;
    });
  };
  const ask = (signal?: AbortSignal): Promise<string> => {
    const flight = flights.find('key') ?? flights.start(PLAN, lead);
    return flight.join(signal);
  };
  return {
    flights,
    signals,
    leads,
    lead,
    ask,
    respond: (value: string) => respond(value),
    fail: (error: unknown) => fail(error),
  };
}

afterEach(() => turn()); // an unhandled rejection fails the test

describe('a flight', () => {
  test('answers all callers that join it while it runs', async () => {
    const { ask, respond, leads } = trial();
    const answers = Array.from({ length: 1_000 }, () => ask());
    respond('value');
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['value']));
    expect(leads).toHaveLength(1);
  });

  test('rejects all its callers with the same error object, and the next caller starts a new flight', async () => {
    const { ask, fail, leads } = trial();
    const error = new Error('overloaded');
    const answers = [ask(), ask(), ask()];
    fail(error);
    for (const answer of answers) await expect(answer).rejects.toBe(error);
    void ask();
    expect(leads).toHaveLength(2);
  });

  test('is over when its call has answered', async () => {
    const { ask, respond, flights } = trial();
    const answer = ask();
    respond('value');
    await answer;
    expect(flights.find('key')).toBe(undefined);
  });

  test('of one key does not answer another key', async () => {
    const flights = new Flights<string>();
    const [one, other] = [
      flights.start(planOf('a'), async () => '1'),
      flights.start(planOf('b'), async () => '2'),
    ];
    expect(await Promise.all([one.join(undefined), other.join(undefined)])).toEqual(['1', '2']);
  });

  test('that fails without a caller causes no unhandled rejection', async () => {
    const { flights } = trial();
    flights.start(PLAN, () => Promise.reject(new Error('overloaded')));
    await turn();
    expect(flights.find('key')).toBe(undefined);
  });

  test('rejects where its call throws synchronously', async () => {
    const { flights } = trial();
    const error = new Error('before any await');
    const flight = flights.start(PLAN, () => {
      throw error;
    });
    await expect(flight.join(undefined)).rejects.toBe(error);
    expect(flights.find('key')).toBe(undefined);
  });
});

describe('a flight that is held open', () => {
  test.each([
    ['resolves', (settle: () => void) => settle()],
    ['rejects', (_settle: () => void, fail: () => void) => fail()],
  ])('can be joined until the promise %s', async (_name, finish) => {
    const { flights } = trial();
    let settle = () => {};
    let fail = () => {};
    const written = new Promise<void>((resolve, reject) => {
      settle = resolve;
      fail = () => reject(new Error('disk full'));
    });
    const flight = flights.start(PLAN, async (own) => {
      own.keepOpenUntil(written);
      return 'value';
    });
    expect(await flight.join(undefined)).toBe('value');
    await turn();
    expect(await flights.find('key')?.join(undefined)).toBe('value');
    finish(settle, fail);
    await turn();
    expect(flights.find('key')).toBe(undefined);
  });
});

describe('a caller that aborts', () => {
  test('leaves the flight to another caller that still waits', async () => {
    const { ask, respond, signals } = trial();
    const controller = new AbortController();
    const [leaving, staying] = [ask(controller.signal), ask()];
    controller.abort('gone');
    await expect(leaving).rejects.toBe('gone');
    respond('value');
    expect(await staying).toBe('value');
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  test('last aborts the upstream call, and a later caller starts a new one', async () => {
    const { ask, respond, signals, leads, flights } = trial();
    const controllers = [new AbortController(), new AbortController()];
    const answers = controllers.map(({ signal }) => ask(signal));
    for (const controller of controllers) controller.abort('gone');
    await Promise.allSettled(answers);
    expect(signals[0]?.aborted).toBe(true);
    expect(flights.find('key')).toBe(undefined);
    const late = ask();
    respond('value');
    expect([await late, leads.length, signals[1]?.aborted]).toEqual(['value', 2, false]);
  });

  test('before the call reads its signal has aborted that signal', async () => {
    const flights = new Flights<boolean>();
    const flight = flights.start(PLAN, async (own) => {
      await turn();
      return own.signal.aborted;
    });
    const answer = flight.join(AbortSignal.abort('gone'));
    await expect(answer).rejects.toBe('gone');
    await turn();
    expect(flight.signal.aborted).toBe(true);
  });

  test('after the answer aborts nothing', async () => {
    const { ask, respond, signals } = trial();
    const controller = new AbortController();
    const answer = ask(controller.signal);
    respond('value');
    await answer;
    controller.abort('gone');
    expect(signals[0]?.aborted).toBe(false);
  });

  test('causes no unhandled rejection when the call fails later', async () => {
    const { ask, fail } = trial();
    const controller = new AbortController();
    const answer = ask(controller.signal);
    controller.abort('gone');
    await expect(answer).rejects.toBe('gone');
    fail(new Error('aborted upstream'));
    await turn();
  });
});

describe('a flight that is detached', () => {
  test('still answers its callers, and cannot be joined any more', async () => {
    const { ask, respond, leads, flights, lead } = trial();
    const early = ask();
    respond('early');
    flights.detachKey('key');
    const flight = flights.start(PLAN, lead);
    expect([flights.isCurrent(flight), flights.isCurrent(leads[0] as Flight<string>)]).toEqual([
      true,
      false,
    ]);
    const late = ask();
    respond('late');
    expect([await early, await late]).toEqual(['early', 'late']);
  });

  test('does not remove a later flight of its key when it ends', async () => {
    const { flights } = trial();
    const first = flights.start(PLAN, async () => 'first');
    flights.detachKey('key');
    const second = flights.start(PLAN, () => new Promise(() => {}));
    await first.join(undefined);
    await turn();
    expect(flights.find('key')).toBe(second);
  });

  test('does not remove a later flight of its key when it is abandoned', async () => {
    const { ask, flights, lead } = trial();
    const controller = new AbortController();
    const answer = ask(controller.signal);
    flights.detachKey('key');
    const second = flights.start(PLAN, lead);
    controller.abort('gone');
    await expect(answer).rejects.toBe('gone');
    expect(flights.find('key')).toBe(second);
  });
});
