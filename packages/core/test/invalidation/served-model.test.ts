import { describe, expect, test } from '@jest/globals';
import { type CacheOptions, cachedLlmCall } from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';
import { settled, startTrial } from '../trial.ts';

interface Ask {
  readonly model: string;
  readonly messages: readonly string[];
}

const question = (content: string, model = 'gpt-4o'): Ask => ({ model, messages: [content] });

/** A provider that serves the model `serving.model` under the name `gpt-4o`. A test may change that model. */
function startServing(options: CacheOptions = {}, provider = 'openai') {
  const trial = startTrial({ ttl: '1d', onModelChange: 'expire', ...options });
  const serving = { model: 'gpt-4o-2024-05-13', calls: 0 };
  const ask = cachedLlmCall(
    async (request: Ask) => {
      serving.calls += 1;
      const model = request.model === 'gpt-4o' ? serving.model : request.model;
      return { model, system_fingerprint: `fp_${model}`, text: `answer ${serving.calls}` };
    },
    { cache: trial.cache, provider },
  );
  const outcome = async (request: Ask) => {
    const { info } = await ask.withInfo(request);
    await settled();
    trial.clock.advance(1_000);
    return info.outcome;
  };
  return { ...trial, serving, ask, outcome };
}

async function headersOf(cache: ReturnType<typeof startServing>['cache']) {
  const headers = [];
  for await (const { header } of cache.inspection.entries()) headers.push(header);
  return headers;
}

test('an entry names the model that served it, and its fingerprint', async () => {
  const { cache, outcome } = startServing({ onModelChange: 'keep' });
  await outcome(question('Why?'));
  const [header] = await headersOf(cache);
  expect(header?.model).toBe('gpt-4o');
  expect(header?.served).toEqual({
    model: 'gpt-4o-2024-05-13',
    fingerprint: 'fp_gpt-4o-2024-05-13',
  });
});

test.each([
  ['of Google', { modelVersion: 'gemini-2.5-flash-001' }, { model: 'gemini-2.5-flash-001' }],
  ['of the AI SDK', { response: { modelId: 'gpt-4o-1' } }, { model: 'gpt-4o-1' }],
  ['without a model', { text: 'answer' }, undefined],
  ['that is a text', 'answer', undefined],
])(
  'an answer %s gives the entry the model that it names, or none',
  async (_whose, answer, served) => {
    const { cache } = startTrial();
    await cache.set({ provider: 'p', request: 'q' }, answer);
    const [header] = await headersOf(cache);
    expect(header?.served).toEqual(served);
  },
);

test('the entry of a stream names the model that its chunks name', async () => {
  const { cache } = startTrial();
  const ask = cachedLlmCall(
    async function* stream(_request: Ask) {
      yield { type: 'message_start', message: { model: 'claude-1' } };
      yield { type: 'message_stop', delta: { stop_reason: 'end_turn' } };
    },
    { cache },
  );
  for await (const chunk of await ask(question('Why?'))) expect(chunk).toBeDefined();
  await settled();
  const [header] = await headersOf(cache);
  expect(header?.served).toEqual({ model: 'claude-1' });
});

describe('when a provider serves another model under the same name', () => {
  test('older answers under that name are stale, and others are fresh', async () => {
    const { outcome, serving } = startServing();
    for (const text of ['one', 'two']) await outcome(question(text));
    await outcome(question('one', 'gpt-5'));
    serving.model = 'gpt-4o-2024-08-06';
    expect(await outcome(question('three'))).toBe('miss');
    expect(await outcome(question('one'))).toBe('miss');
    expect(await outcome(question('one'))).toBe('hit');
    expect(await outcome(question('two'))).toBe('miss');
    expect(await outcome(question('three'))).toBe('hit');
    expect(await outcome(question('one', 'gpt-5'))).toBe('hit');
  });

  test('older answers are stale in another process over the same store', async () => {
    const store = new MemoryStore();
    const before = startServing({ store });
    await before.outcome(question('one'));
    const after = startServing({ store });
    after.clock.set(before.clock.now());
    after.serving.model = 'gpt-4o-2024-08-06';
    expect(await after.outcome(question('two'))).toBe('miss');
    before.clock.set(after.clock.now());
    expect(await before.outcome(question('one'))).toBe('miss');
  });

  test('older answers stay fresh without the option', async () => {
    const { outcome, serving } = startServing({ onModelChange: 'keep' });
    await outcome(question('one'));
    serving.model = 'gpt-4o-2024-08-06';
    await outcome(question('two'));
    expect(await outcome(question('one'))).toBe('hit');
  });

  test('answers of another provider under that name stay fresh', async () => {
    const store = new MemoryStore();
    const openai = startServing({ store });
    const azure = startServing({ store }, 'azure');
    await azure.outcome(question('one'));
    await openai.outcome(question('one'));
    openai.serving.model = 'gpt-4o-2024-08-06';
    await openai.outcome(question('two'));
    expect(await azure.outcome(question('one'))).toBe('hit');
  });

  test('an unknown value of the option is refused', () => {
    expect(() => startTrial({ onModelChange: 'forget' as 'keep' })).toThrow("'keep', 'expire'");
  });
});
