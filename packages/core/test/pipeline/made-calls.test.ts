import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { closedGate } from '../flight/gate.ts';
import { QUESTION, startTurns } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

const MINUTE = 60_000;

const SERVED = { model: 'gpt-4o-2024-08-06', text: 'a', usage: { prompt_tokens: 3 } };

/** The events of this name. */
const eventsOf = ({ events }: ReturnType<typeof startTrial>, name: string) =>
  events.filter((each) => each.name === name).map(({ event }) => event);

describe('the events of a call', () => {
  test('name the model that answered, and so does the hit that follows', async () => {
    const trial = startTrial();
    const ask = cachedLlmCall(startTurns(SERVED).ask, { cache: trial.cache, provider: 'p' });
    await ask.withInfo(QUESTION);
    await ask(QUESTION);
    const served = { servedModel: 'gpt-4o-2024-08-06', usage: { inputTokens: 3 } };
    expect(eventsOf(trial, 'stored')).toMatchObject([served]);
    expect(eventsOf(trial, 'hit')).toMatchObject([served]);
  });

  test('say that it was made behind a stale answer', async () => {
    const trial = startTrial({ ttl: '1m', staleWhileRevalidate: '1h' });
    const ask = cachedLlmCall(startTurns('old', 'new', new Error('down')).ask, {
      cache: trial.cache,
      provider: 'p',
    });
    await ask(QUESTION);
    for (const _time of [1, 2]) {
      trial.clock.advance(2 * MINUTE);
      await ask(QUESTION);
      await settled();
    }
    const made = [...eventsOf(trial, 'stored'), ...eventsOf(trial, 'call-failed')];
    expect(made.map((event) => (event as { isRevalidation?: true }).isRevalidation)).toEqual([
      undefined,
      true,
      true,
    ]);
  });

  test('say the same of a call that outlives its softTimeout', async () => {
    const trial = startTrial({ ttl: '1m', staleIfError: '1h', softTimeout: '5ms' });
    const gate = closedGate();
    let calls = 0;
    const slow = async (_question: typeof QUESTION) => {
      calls += 1;
      if (calls > 1) await gate.opened;
      return `answer ${calls}`;
    };
    const ask = cachedLlmCall(slow, { cache: trial.cache, provider: 'p' });
    await ask(QUESTION);
    trial.clock.advance(2 * MINUTE);
    expect(await ask(QUESTION)).toBe('answer 1');
    gate.open();
    await settled();
    expect(eventsOf(trial, 'stored')).toMatchObject([{}, { isRevalidation: true }]);
  });
});

describe('a call that fails', () => {
  const SECRET = 'why is the sea salty?';
  class TiredError extends Error {}

  test.each([
    ['its status', Object.assign(new Error(SECRET), { status: 429 }), '429'],
    ['its code', Object.assign(new Error(SECRET), { code: 'ECONNRESET' }), 'ECONNRESET'],
    ['the name of its class', new TiredError(SECRET), 'TiredError'],
    ['the name of its class, not its number', new DOMException(SECRET, 'AbortError'), 'AbortError'],
    ['no code that is a text', Object.assign(new Error(SECRET), { code: SECRET }), '_OTHER'],
    ['nothing of what is no error', SECRET, '_OTHER'],
  ])('has one event with %s, and no message', async (_what, thrown, error) => {
    const trial = startTrial();
    const ask = cachedLlmCall(
      async (_question: string) => {
        throw thrown;
      },
      { cache: trial.cache, provider: 'p' },
    );
    await expect(ask(SECRET)).rejects.toBe(thrown);
    expect(eventsOf(trial, 'call-failed')).toMatchObject([{ provider: 'p', error, took: 0 }]);
    expect(JSON.stringify(trial.events)).not.toContain(SECRET);
  });

  test('in the cache itself is no failure of a provider', async () => {
    const trial = startTrial();
    const inner = cachedLlmCall(async (_question: string) => 'x', {
      cache: trial.cache,
      provider: 'inner',
      mode: 'replay',
    });
    const outer = cachedLlmCall((question: string) => inner(question), {
      cache: trial.cache,
      provider: 'outer',
    });
    await expect(outer('q')).rejects.toMatchObject({ code: 'REPLAY_MISS' });
    expect(eventsOf(trial, 'call-failed')).toEqual([]);
  });
});
