import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';
import { QUESTION, type Question, startProvider } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

describe('a scope', () => {
  test('has its own answers', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache });
    const alice = ask.with({ scope: 'alice' });
    const bob = ask.with({ scope: 'bob' });
    expect(await alice(QUESTION)).toEqual({ text: 'answer 1' });
    expect(await bob(QUESTION)).toEqual({ text: 'answer 2' });
    expect(await ask(QUESTION)).toEqual({ text: 'answer 3' });
    expect(await alice(QUESTION)).toEqual({ text: 'answer 1' });
  });

  async function copied(change: (keys: readonly string[]) => readonly [string, string]) {
    const store = new MemoryStore();
    const { cache } = startTrial({ store });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    const { info: alice } = await ask.with({ scope: 'alice' }).withInfo(QUESTION);
    const { info: other } = await ask.with({ scope: 'alice' }).withInfo({ prompt: 'other' });
    const bob = ask.with({ scope: 'bob' }).keyOf(QUESTION);
    const [from, to] = change([alice.key ?? '', other.key ?? '', bob ?? '']);
    store.set(to, store.get(from) ?? '');
    return { ask, provider };
  }

  test('is checked on read, so that a row copied into another scope is a miss', async () => {
    const { ask } = await copied(([alice = '', , bob = '']) => [alice, bob]);
    expect(await ask.with({ scope: 'bob' })(QUESTION)).toEqual({ text: 'answer 3' });
    expect(await ask.with({ scope: 'bob' })(QUESTION)).toEqual({ text: 'answer 3' });
  });

  test('is served no row that was copied from another request', async () => {
    const { ask } = await copied(([alice = '', other = '']) => [alice, other]);
    const answer = await ask.with({ scope: 'alice' })({ prompt: 'other' });
    expect(answer).toEqual({ text: 'answer 3' });
  });

  test('is never part of a key as text', () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache });
    expect(ask.with({ scope: 'alice@example.com' }).keyOf(QUESTION)).not.toContain('alice');
  });
});

describe('a namespace', () => {
  test('separates two applications in one store', async () => {
    const store = new MemoryStore();
    const provider = startProvider();
    const one = cachedLlmCall(provider.ask, { cache: createLlmCache({ store, namespace: 'a' }) });
    const two = cachedLlmCall(provider.ask, { cache: createLlmCache({ store, namespace: 'b' }) });
    await one(QUESTION);
    await two(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });
});

describe('the key', () => {
  test('changes with the version', () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache, version: '1' });
    const next = ask.with({ version: '2' });
    expect(next.keyOf(QUESTION)).not.toBe(ask.keyOf(QUESTION));
    expect(next.with({ version: '1' }).keyOf(QUESTION)).toBe(ask.keyOf(QUESTION));
  });

  test('leaves out the fields that the user ignores, at any depth', () => {
    const { cache } = startTrial();
    const ignore = ['run_id', 'metadata.trace'];
    const ask = cachedLlmCall(async (_request: object) => 1, { cache, provider: 'mine', ignore });
    const key = ask.keyOf({ prompt: 'p', metadata: { team: 'a' } });
    expect(ask.keyOf({ prompt: 'p', run_id: 7, metadata: { team: 'a', trace: 't' } })).toBe(key);
    expect(ask.keyOf({ prompt: 'p', metadata: { team: 'b' } })).not.toBe(key);
    expect(ask.keyOf({ prompt: 'p', trace: 't', metadata: { team: 'a' } })).not.toBe(key);
  });

  test('covers a field whose name only looks like an ignored path', () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(async (_request: object) => 1, {
      ...{ cache, provider: 'mine', ignore: ['a.b'] },
    });
    expect(ask.keyOf({ 'a.b': 1 })).not.toBe(ask.keyOf({ 'a.b': 2 }));
  });

  test('is the same for the temperatures 0.7000001 and 0.7', () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache });
    const key = ask.keyOf({ prompt: 'p', temperature: 0.7 });
    expect(ask.keyOf({ prompt: 'p', temperature: 0.7000001 })).toBe(key);
    expect(ask.keyOf({ prompt: 'p', temperature: 0.71 })).not.toBe(key);
    expect(ask.keyOf({ prompt: 'p', temperature: '0.7' })).not.toBe(key);
    expect(ask.keyOf({ prompt: 'p' })).not.toBe(key);
  });

  test.each(['messages', 'prompt', 'input', 'contents'])(
    'has the rounded temperature of a request that has %s',
    (field) => {
      const { cache } = startTrial();
      const ask = cachedLlmCall(async (_request: object) => 1, { cache, provider: 'mine' });
      const key = ask.keyOf({ [field]: 'x', temperature: 1 });
      expect(ask.keyOf({ [field]: 'x', temperature: 1.001 })).toBe(key);
    },
  );

  test('has an unrounded temperature where the field may have another meaning', () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(async (_request: object) => 1, { cache, provider: 'mine' });
    const differ = (one: object, other: object) =>
      expect(ask.keyOf(one)).not.toBe(ask.keyOf(other));
    differ({ city: 'Rome', temperature: 21.001 }, { city: 'Rome', temperature: 21 });
    differ(
      { prompt: 'p', patient: { temperature: 37.001 } },
      { prompt: 'p', patient: { temperature: 37 } },
    );
  });

  test('has the rounded temperature at the path that the adapter gives', () => {
    const { cache } = startTrial();
    const adapter = {
      ...{ provider: 'google', ignore: ['requestId'], rejects: () => undefined },
      temperature: 'config.temperature',
      stream: { ends: () => false, assemble: () => undefined },
    };
    const ask = cachedLlmCall(async (_request: object) => 1, { cache, adapter });
    const key = ask.keyOf({ config: { temperature: 0.5 }, temperature: 1.001 });
    expect(ask.keyOf({ config: { temperature: 0.5001 }, temperature: 1.001, requestId: 9 })).toBe(
      key,
    );
    expect(ask.keyOf({ config: { temperature: 0.5 }, temperature: 1 })).not.toBe(key);
  });

  test('does not change the request', async () => {
    const { cache } = startTrial();
    const provider = startProvider();
    const request = Object.freeze({ prompt: 'p', temperature: 0.7000001, run_id: 1 });
    await cachedLlmCall(provider.ask, { cache, ignore: ['run_id'] })(request);
    expect(provider.calls[0]).toEqual({ prompt: 'p', temperature: 0.7000001, run_id: 1 });
  });

  test('covers all arguments', () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(async (...all: unknown[]) => all.length, { cache, provider: 'mine' });
    const keys = [
      ask.keyOf('a', 'b'),
      ask.keyOf('a', 'c'),
      ask.keyOf('a'),
      ask.keyOf('ab'),
      ask.keyOf('a', 'b', 'c'),
      ask.keyOf('a', ['b', 'c']),
      ask.keyOf(['a', 'b']),
      ask.keyOf('a', undefined, 'b'),
      ask.keyOf(),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).not.toContain(undefined);
  });

  test('covers only what the option key returns', async () => {
    const { cache } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(
      async function withDatabase(_database: () => void, question: Question) {
        return provider.ask(question);
      },
      { cache, key: (_database, { prompt }) => ({ prompt }) },
    );
    await ask(() => {}, { prompt: 'p', run: 1 });
    await ask(() => {}, { prompt: 'p', run: 2 });
    await ask(() => {}, { prompt: 'q', run: 2 });
    expect(provider.calls).toHaveLength(2);
  });

  test('can depend on `this` in the option key', async () => {
    const { cache } = startTrial();
    const bot = (persona: string) => ({
      persona,
      ask: cachedLlmCall(
        async function speak(this: { persona: string }, prompt: string) {
          return `${this.persona}: ${prompt}`;
        },
        {
          cache,
          key(prompt) {
            return { persona: this.persona, prompt };
          },
        },
      ),
    });
    expect(await bot('pirate').ask('hi')).toBe('pirate: hi');
    expect(await bot('poet').ask('hi')).toBe('poet: hi');
    await settled();
    expect(await bot('pirate').ask('hi')).toBe('pirate: hi');
    expect(cache.stats()).toMatchObject({ misses: 2, hits: 1 });
  });

  test('differs for each provider, so that two providers share no answers', () => {
    const { cache } = startTrial();
    const { ask } = startProvider();
    const keys = ['openai', 'anthropic', undefined].map((provider) =>
      cachedLlmCall(ask, { cache, provider }).keyOf(QUESTION),
    );
    expect(new Set(keys).size).toBe(3);
  });

  test('differs for two functions with the same name and other code', () => {
    const { cache } = startTrial();
    const summarise = { ask: async (text: string) => `summary of ${text}` };
    const translate = { ask: async (text: string) => `translation of ${text}` };
    const one = cachedLlmCall(summarise.ask, { cache }).keyOf('text');
    expect(cachedLlmCall(translate.ask, { cache }).keyOf('text')).not.toBe(one);
    expect(cachedLlmCall(summarise.ask, { cache }).keyOf('text')).toBe(one);
  });
});

describe('an abort signal', () => {
  const signal = () => new AbortController().signal;

  test('is not in the key, in whichever argument it is', () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(async (..._given: unknown[]) => 1, { cache, provider: 'mine' });
    expect(ask.keyOf('p', signal())).toBe(ask.keyOf('p', signal()));
    expect(ask.keyOf({ prompt: 'p', signal: signal() })).toBe(ask.keyOf({ prompt: 'p' }));
    expect(ask.keyOf('p', { signal: signal(), seed: 1 })).toBe(ask.keyOf('p', { seed: 1 }));
  });

  test('does not change the key of a call without a signal', () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(async (..._given: unknown[]) => 1, { cache, provider: 'mine' });
    expect(ask.keyOf('p', signal())).toBe(ask.keyOf('p'));
    expect(ask.keyOf('p', { signal: signal() })).toBe(ask.keyOf('p'));
    expect(ask.keyOf('p', { signal: signal() }, 'q')).not.toBe(ask.keyOf('p', 'q'));
  });

  test('is replaced by the signal of the shared call in the arguments of the function', async () => {
    const { cache } = startTrial();
    const received: unknown[][] = [];
    const ask = cachedLlmCall(
      async (...given: unknown[]) => {
        received.push(given);
      },
      { cache, provider: 'mine' },
    );
    const mine = signal();
    await ask('p', { signal: mine, retries: 2 }, mine);
    const [prompt, options, last] = received[0] ?? [];
    expect(prompt).toBe('p');
    expect(options).toEqual({ signal: last, retries: 2 });
    expect(last).toBeInstanceOf(AbortSignal);
    expect(last).not.toBe(mine);
  });

  test('is not replaced in a call that bypasses the cache', async () => {
    const { cache } = startTrial();
    const received: unknown[] = [];
    const ask = cachedLlmCall(
      async (_prompt: string, own: AbortSignal) => {
        received.push(own);
      },
      { cache, provider: 'mine', when: () => false },
    );
    const mine = signal();
    await ask('p', mine);
    expect(received).toEqual([mine]);
    expect(received[0]).toBe(mine);
  });
});

describe('when(...)', () => {
  test('lets some requests bypass the cache, with one event each', async () => {
    const { cache, story, events } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, {
      cache,
      when: ({ temperature }) => temperature === 0,
    });
    await ask({ prompt: 'p', temperature: 1 });
    await ask({ prompt: 'p', temperature: 1 });
    expect(provider.calls).toHaveLength(2);
    expect(story()).toEqual(['bypass', 'bypass']);
    expect(events[0]?.event).toEqual({ reason: 'when', provider: 'ask' });
    await ask({ prompt: 'p', temperature: 0 });
    await ask({ prompt: 'p', temperature: 0 });
    expect(provider.calls).toHaveLength(3);
  });

  test('receives all arguments', async () => {
    const { cache, story } = startTrial();
    const ask = cachedLlmCall(async (_prompt: string, _options: { live: boolean }) => 1, {
      ...{ cache, provider: 'mine' },
      when: (_prompt, { live }) => !live,
    });
    await ask('p', { live: true });
    expect(story()).toEqual(['bypass']);
  });
});
