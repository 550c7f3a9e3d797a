import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { closedGate } from '../flight/gate.ts';
import { QUESTION } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

const HOUR = 3_600_000;

/** A provider that answers its first call at once, and later calls when its gate opens. */
function startSlow(fails = false) {
  const gate = closedGate();
  const provider = { count: 0 };
  const ask = async (_question: typeof QUESTION) => {
    provider.count += 1;
    if (provider.count === 1) return 'old';
    await gate.opened;
    if (fails) throw Object.assign(new Error('overloaded'), { status: 503 });
    return 'new';
  };
  return { gate, provider, ask };
}

describe('softTimeout', () => {
  const windows = { ttl: '1m', staleIfError: '1d', softTimeout: '5ms' } as const;

  test('serves the older answer when a call takes longer, and stores the newer answer when it comes', async () => {
    const { cache, clock, story } = startTrial(windows);
    const { ask: slow, gate, provider } = startSlow();
    const ask = cachedLlmCall(slow, { cache, provider: 'p' });
    await ask(QUESTION);
    clock.advance(HOUR);
    const { response, info } = await ask.withInfo(QUESTION);
    expect([response, info.outcome, info.age]).toEqual(['old', 'stale', HOUR]);
    expect(await ask(QUESTION)).toBe('old'); // it joins the call
    expect(provider.count).toBe(2);
    gate.open();
    await settled();
    expect(await ask(QUESTION)).toBe('new');
    expect(provider.count).toBe(2);
    expect(story()).toEqual(['miss', 'stored', 'stale', 'collapsed', 'stored', 'hit']);
  });

  test('does not replace an answer that comes in time', async () => {
    const { cache, clock } = startTrial({ ...windows, softTimeout: '1h' });
    const { ask: slow, gate } = startSlow();
    const ask = cachedLlmCall(slow, { cache, provider: 'p' });
    await ask(QUESTION);
    clock.advance(HOUR);
    gate.open();
    expect(await ask(QUESTION)).toBe('new');
  });

  test('has no effect where no older answer is stored', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', softTimeout: '1ms' });
    const { ask: slow, gate } = startSlow();
    const ask = cachedLlmCall(slow, { cache, provider: 'p' });
    await ask(QUESTION);
    clock.advance(HOUR);
    const pending = ask(QUESTION);
    await new Promise((resolve) => setTimeout(resolve, 10));
    gate.open();
    expect(await pending).toBe('new');
  });

  test('calls the provider again after a call that went on has failed', async () => {
    const { cache, clock } = startTrial(windows);
    const { ask: slow, gate, provider } = startSlow(true);
    const ask = cachedLlmCall(slow, { cache, provider: 'p' });
    await ask(QUESTION);
    clock.advance(HOUR);
    expect(await ask(QUESTION)).toBe('old');
    gate.open();
    await settled();
    expect(await ask(QUESTION)).toBe('old');
    expect(provider.count).toBe(2); // the pause after a failure has not passed
    clock.advance(1_000);
    expect(await ask(QUESTION)).toBe('old');
    expect(provider.count).toBe(3);
  });

  test('stores a stream that went on, and replays it later', async () => {
    const { cache, clock } = startTrial(windows);
    const gate = closedGate();
    let calls = 0;
    async function* stream(_question: typeof QUESTION) {
      calls += 1;
      const text = calls === 1 ? 'old' : 'new';
      yield text;
      yield '!';
    }
    const slow = async (question: typeof QUESTION) => {
      if (calls > 0) await gate.opened;
      return stream(question);
    };
    const ask = cachedLlmCall(slow, { cache, provider: 'p' });
    const read = async () => {
      let text = '';
      for await (const chunk of await ask(QUESTION)) text += chunk;
      return text;
    };
    expect(await read()).toBe('old!');
    clock.advance(HOUR);
    expect(await read()).toBe('old!');
    gate.open();
    await settled();
    await settled();
    expect(await read()).toBe('new!');
    expect(calls).toBe(2);
  });

  test('must be a duration above zero', () => {
    expect(() => startTrial({ softTimeout: 0 })).toThrow(
      expect.objectContaining({ code: 'INVALID_DURATION' }),
    );
  });
});
