import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Flight, Flights } from '../../src/flight/flights.ts';

const planOf = (id: string) => ({ id, key: id, tags: [] });

const PLAN = planOf('key');

/** A shared call that ends when the test says so. */
function trial() {
  const flights = new Flights<string>();
  const signals: AbortSignal[] = [];
  const leads: Flight<string>[] = [];
  let land = (_value: string) => {};
  let crash = (_error: unknown) => {};
  const lead = (flight: Flight<string>): Promise<string> => {
    leads.push(flight);
    signals.push(flight.signal);
    return new Promise((resolve, reject) => {
      land = resolve;
      crash = reject;
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
    land: (value: string) => land(value),
    crash: (error: unknown) => crash(error),
  };
}

afterEach(() => turn()); // an unhandled rejection fails the test

describe('one flight', () => {
  test('answers all who ask while it is up', async () => {
    const { ask, land, leads } = trial();
    const answers = Array.from({ length: 1_000 }, () => ask());
    land('value');
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['value']));
    expect(leads).toHaveLength(1);
  });

  test('fails all who wait with the same error object, and the next starts anew', async () => {
    const { ask, crash, leads } = trial();
    const error = new Error('overloaded');
    const answers = [ask(), ask(), ask()];
    crash(error);
    for (const answer of answers) await expect(answer).rejects.toBe(error);
    void ask();
    expect(leads).toHaveLength(2);
  });

  test('is over when it has landed', async () => {
    const { ask, land, flights } = trial();
    const answer = ask();
    land('value');
    await answer;
    expect(flights.find('key')).toBe(undefined);
  });

  test('of one key is none of another', async () => {
    const flights = new Flights<string>();
    const [one, other] = [
      flights.start(planOf('a'), async () => '1'),
      flights.start(planOf('b'), async () => '2'),
    ];
    expect(await Promise.all([one.join(undefined), other.join(undefined)])).toEqual(['1', '2']);
  });

  test('that fails while nobody is on it concerns nobody', async () => {
    const { flights } = trial();
    flights.start(PLAN, () => Promise.reject(new Error('overloaded')));
    await turn();
    expect(flights.find('key')).toBe(undefined);
  });

  test('that fails at once fails like any other', async () => {
    const { flights } = trial();
    const error = new Error('before any await');
    const flight = flights.start(PLAN, () => {
      throw error;
    });
    await expect(flight.join(undefined)).rejects.toBe(error);
    expect(flights.find('key')).toBe(undefined);
  });
});

describe('a flight that is held', () => {
  test.each([
    ['is done', (settle: () => void) => settle()],
    ['has failed', (_settle: () => void, fail: () => void) => fail()],
  ])('stays open until what it is held for %s', async (_name, finish) => {
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
  test('leaves alone, while another waits', async () => {
    const { ask, land, signals } = trial();
    const controller = new AbortController();
    const [leaving, staying] = [ask(controller.signal), ask()];
    controller.abort('gone');
    await expect(leaving).rejects.toBe('gone');
    land('value');
    expect(await staying).toBe('value');
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  test('as the last one aborts the call, and whoever comes then starts anew', async () => {
    const { ask, land, signals, leads, flights } = trial();
    const controllers = [new AbortController(), new AbortController()];
    const answers = controllers.map(({ signal }) => ask(signal));
    for (const controller of controllers) controller.abort('gone');
    await Promise.allSettled(answers);
    expect(signals[0]?.aborted).toBe(true);
    expect(flights.find('key')).toBe(undefined);
    const late = ask();
    land('value');
    expect([await late, leads.length, signals[1]?.aborted]).toEqual(['value', 2, false]);
  });

  test('before the call asked for its signal, has aborted it by then', async () => {
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

  test('after it has landed aborts nothing', async () => {
    const { ask, land, signals } = trial();
    const controller = new AbortController();
    const answer = ask(controller.signal);
    land('value');
    await answer;
    controller.abort('gone');
    expect(signals[0]?.aborted).toBe(false);
  });

  test('leaves a call whose failure then concerns nobody', async () => {
    const { ask, crash } = trial();
    const controller = new AbortController();
    const answer = ask(controller.signal);
    controller.abort('gone');
    await expect(answer).rejects.toBe('gone');
    crash(new Error('aborted upstream'));
    await turn();
  });
});

describe('a flight that is detached', () => {
  test('still answers who is on it, and nobody who comes', async () => {
    const { ask, land, leads, flights, lead } = trial();
    const early = ask();
    land('early');
    flights.detachKey('key');
    const flight = flights.start(PLAN, lead);
    expect([flights.isCurrent(flight), flights.isCurrent(leads[0] as Flight<string>)]).toEqual([
      true,
      false,
    ]);
    const late = ask();
    land('late');
    expect([await early, await late]).toEqual(['early', 'late']);
  });

  test('takes no later flight of its key down with it', async () => {
    const { flights } = trial();
    const first = flights.start(PLAN, async () => 'first');
    flights.detachKey('key');
    const second = flights.start(PLAN, () => new Promise(() => {}));
    await first.join(undefined);
    await turn();
    expect(flights.find('key')).toBe(second);
  });

  test('that is abandoned takes no later one down either', async () => {
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
