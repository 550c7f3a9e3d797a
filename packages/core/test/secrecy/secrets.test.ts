import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';
import { settled, startTrial } from '../trial.ts';

const PROMPT = 'secret-prompt';
const ANSWER = 'secret-answer';
const SCOPE = 'secret-scope-of-alice@example.com';
const PASSWORD = 'secret-password';

interface Secret {
  readonly prompt: string;
  readonly [field: string]: unknown;
}

/** Makes every kind of event. Returns the store and everything that a user could print. */
async function useEverything() {
  const store = new MemoryStore();
  const trial = startTrial({ store, ttl: '1m', staleWhileRevalidate: '1m', staleIfError: '1h' });
  const { cache, clock, events } = trial;
  const shown: unknown[] = [events];
  async function answer({ prompt, fail }: Secret) {
    if (fail === true) throw Object.assign(new Error(ANSWER), { status: 500 });
    return {
      text: `${ANSWER} to ${prompt}`,
      finish_reason: prompt.endsWith('cut') ? 'length' : 'stop',
    };
  }
  const ask = cachedLlmCall(answer, { cache, scope: SCOPE, tags: ['public'] });
  const asked = async (question: Secret) => {
    shown.push((await ask.withInfo(question).catch((error) => ({ info: error.code }))).info);
    shown.push(ask.keyOf(question));
  };
  await asked({ prompt: PROMPT });
  await asked({ prompt: PROMPT });
  await Promise.all([asked({ prompt: `${PROMPT} 2` }), asked({ prompt: `${PROMPT} 2` })]);
  await asked({ prompt: `${PROMPT} cut` });
  await asked({ prompt: PROMPT, [`${PROMPT} as a key`]: () => {} });
  await asked({ prompt: PROMPT, fail: true });
  clock.advance(60_000);
  await asked({ prompt: PROMPT });
  await settled();
  clock.advance(180_000);
  await asked({ prompt: PROMPT });
  const missing = { prompt: `${PROMPT} that was never asked` };
  shown.push(
    await ask
      .with({ mode: 'replay' })(missing)
      .catch((error: unknown) => error),
  );
  await cache.invalidate({ tag: 'public' });
  await cache.expire({ provider: 'answer' });
  shown.push(cache.stats());
  return { shown, store, events };
}

describe('prompts, answers and scopes', () => {
  test('are in no event, error, statistic, info or key', async () => {
    const { shown, events } = await useEverything();
    const names = new Set(events.map(({ name }) => name));
    for (const name of ['hit', 'miss', 'stale', 'stored', 'collapsed', 'bypass', 'not-admitted']) {
      expect(names).toContain(name);
    }
    const dump = inspect(shown, { depth: Number.POSITIVE_INFINITY, maxArrayLength: null });
    expect(dump).not.toContain('secret');
  });

  test('are in no key of the store', async () => {
    const { store } = await useEverything();
    const keys: string[] = [];
    for await (const { key } of store.scan('')) keys.push(key);
    expect(keys.length).toBeGreaterThan(2);
    expect(keys.join('\n')).not.toContain('secret');
  });
});

describe('the errors of a store', () => {
  test('are reported by their code, without the address that they may hold', async () => {
    const failure = Object.assign(new Error(`redis://me:${PASSWORD}@host`), {
      code: 'ECONNREFUSED',
    });
    const store = {
      get: () => Promise.reject(failure),
      set: () => Promise.reject(failure),
      delete: () => Promise.reject(failure),
    };
    const { cache, events } = startTrial({ store });
    await cachedLlmCall(async (_prompt: string) => ANSWER, { cache, provider: 'mine' })(PROMPT);
    await settled();
    expect(events.some(({ name }) => name === 'store-error')).toBe(true);
    expect(inspect(events, { depth: 9 })).not.toContain('secret');
  });
});
