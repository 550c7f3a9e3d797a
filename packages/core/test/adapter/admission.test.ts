import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall, type FunctionOptions } from '../../src/index.ts';
import type { Admit } from '../../src/options/index.ts';
import { settled, startTrial } from '../trial.ts';

/** Asks twice for `answer`. Returns the events, and the reason for which it was not stored. */
async function askTwice(answer: unknown, options: Pick<FunctionOptions, 'admit' | 'adapter'> = {}) {
  const { cache, story, events } = startTrial();
  const ask = cachedLlmCall(async (_prompt: string): Promise<unknown> => answer, {
    ...{ cache, provider: 'mine', ...options },
  });
  expect(await ask('p')).toBe(answer);
  await settled();
  await ask('p');
  await settled();
  const rejected = events.find(({ name }) => name === 'not-admitted');
  return { story: story(), reason: (rejected?.event as { reason?: string } | undefined)?.reason };
}

const STORED = ['miss', 'stored', 'hit'];
const choice = (fields: object) => ({ choices: [{ index: 0, ...fields }] });
const text = { role: 'assistant', content: 'The sky…' };
const call = (text: string) => ({ function: { name: 'weather', arguments: text } });

describe('without an adapter, an answer is not admitted that is', () => {
  test.each<[string, string, unknown]>([
    ['OpenAI: length', 'truncated', choice({ message: text, finish_reason: 'length' })],
    [
      'OpenAI: content filter',
      'filtered',
      choice({ message: text, finish_reason: 'content_filter' }),
    ],
    ['OpenAI: still to come', 'incomplete', choice({ message: text, finish_reason: null })],
    [
      'OpenAI: one of two choices cut',
      'truncated',
      { choices: [{ finish_reason: 'stop' }, { finish_reason: 'length' }] },
    ],
    [
      'OpenAI: refusal',
      'refusal',
      choice({ message: { ...text, content: null, refusal: 'I cannot.' }, finish_reason: 'stop' }),
    ],
    [
      'OpenAI responses: incomplete',
      'truncated',
      {
        object: 'response',
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [],
      },
    ],
    [
      'OpenAI responses: filtered',
      'filtered',
      {
        object: 'response',
        status: 'incomplete',
        incomplete_details: { reason: 'content_filter' },
        output: [],
      },
    ],
    [
      'OpenAI responses: failed',
      'error',
      { object: 'response', status: 'failed', error: { code: 'server_error' } },
    ],
    [
      'OpenAI responses: in progress',
      'incomplete',
      { object: 'response', status: 'in_progress', error: null, output: [] },
    ],
    [
      'OpenAI responses: refusal',
      'refusal',
      {
        object: 'response',
        status: 'completed',
        output: [{ type: 'message', content: [{ type: 'refusal', refusal: 'I cannot.' }] }],
      },
    ],
    ['OpenRouter: error under 200', 'error', { error: { message: 'overloaded', code: 502 } }],
    [
      'OpenRouter: error in a choice',
      'error',
      choice({ error: { code: 502 }, finish_reason: 'error' }),
    ],
    ['Anthropic: max tokens', 'truncated', { content: [], stop_reason: 'max_tokens' }],
    ['Anthropic: refusal', 'refusal', { content: [], stop_reason: 'refusal' }],
    ['Anthropic: pause', 'truncated', { content: [], stop_reason: 'pause_turn' }],
    ['Anthropic: error', 'error', { type: 'error', error: { type: 'overloaded_error' } }],
    ['Google: max tokens', 'truncated', { candidates: [{ finishReason: 'MAX_TOKENS' }] }],
    ['Google: safety', 'filtered', { candidates: [{ finishReason: 'SAFETY' }] }],
    ['Google: blocked prompt', 'filtered', { promptFeedback: { blockReason: 'SAFETY' } }],
    ['Bedrock: max tokens', 'truncated', { stopReason: 'max_tokens', output: {} }],
    ['Bedrock: guardrail', 'filtered', { stopReason: 'guardrail_intervened', output: {} }],
    ['Mistral: model length', 'truncated', choice({ message: text, finishReason: 'model_length' })],
    ['Cohere: max tokens', 'truncated', { finishReason: 'MAX_TOKENS', message: {} }],
    ['Cohere: error', 'error', { finish_reason: 'ERROR' }],
    ['Ollama: length', 'truncated', { message: text, done: true, done_reason: 'length' }],
    ['AI SDK: length', 'truncated', { text: 'a', finishReason: 'length' }],
    ['AI SDK 4 spec: other', 'incomplete', { finishReason: { unified: 'other', raw: 'weird' } }],
    ['an unknown finish reason', 'incomplete', choice({ finish_reason: 'quantum' })],
    ['undefined', 'empty', undefined],
    ['null', 'empty', null],
    ['an empty text', 'empty', ''],
    ['a text of white space', 'empty', ' \n'],
  ])('%s: %s', async (_what, reason, answer) => {
    expect(await askTwice(answer)).toEqual({
      story: ['miss', 'not-admitted', 'miss', 'not-admitted'],
      reason,
    });
  });
});

describe('without an adapter, an answer is stored that is', () => {
  test.each<[string, unknown]>([
    ['OpenAI: stop', choice({ message: { ...text, refusal: null }, finish_reason: 'stop' })],
    [
      'OpenAI: tool calls',
      choice({ message: { tool_calls: [call('{}')] }, finish_reason: 'tool_calls' }),
    ],
    [
      'OpenAI responses: completed',
      {
        object: 'response',
        status: 'completed',
        error: null,
        incomplete_details: null,
        output: [{ type: 'message', content: [{ type: 'output_text', text: 'a' }] }],
      },
    ],
    ['OpenAI: embeddings', { object: 'list', data: [{ embedding: [0.1] }] }],
    ['Anthropic: end of turn', { content: [text], stop_reason: 'end_turn', stop_sequence: null }],
    [
      'Anthropic: tool use',
      { content: [{ type: 'tool_use', name: 'f', input: {} }], stop_reason: 'tool_use' },
    ],
    ['Google: stop', { candidates: [{ finishReason: 'STOP' }], promptFeedback: {} }],
    ['Bedrock: end of turn', { stopReason: 'end_turn' }],
    ['Cohere: complete', { finishReason: 'COMPLETE' }],
    ['Ollama: stop', { done: true, done_reason: 'stop' }],
    ['AI SDK: tool calls', { finishReason: 'tool-calls' }],
    ['a text', 'The sky…'],
    ['an object of the user’s own', { summary: 'The sky…', status: 'incomplete', refusal: 'none' }],
    ['an error that is null', { text: 'a', error: null }],
  ])('%s', async (_what, answer) => {
    expect((await askTwice(answer)).story).toEqual(STORED);
  });
});

test('without an adapter, a stream is not admitted if all its texts are blank', async () => {
  const { cache, story, events } = startTrial();
  const speak = cachedLlmCall(
    async function* speak(_prompt: string) {
      yield '';
      yield ' ';
    },
    { cache, provider: 'mine' },
  );
  for await (const _text of speak('p'));
  await settled();
  expect(story()).toEqual(['miss', 'not-admitted']);
  expect(events.at(-1)?.event).toMatchObject({ reason: 'empty' });
});

describe('the option admit', () => {
  const truncated = choice({ message: text, finish_reason: 'length' });
  const filtered = choice({ message: text, finish_reason: 'content_filter' });

  test.each<[string, Admit, unknown, boolean]>([
    ['an object admits the reason that it names', { truncated: true }, truncated, true],
    ['an object admits no other reason', { truncated: true }, filtered, false],
    [
      'an object that names a reason with false admits nothing',
      { truncated: false },
      truncated,
      false,
    ],
    ['an object admits an empty text', { empty: true }, '', true],
    ['a predicate rejects a usable answer', () => false, 'fine', false],
    ['a predicate that returns true admits a usable answer', () => true, 'fine', true],
    ['a predicate that returns true admits an unusable answer', () => true, truncated, true],
    [
      'a predicate sees what the rules say',
      (_response, _request, { rejection }) => rejection === undefined,
      ...([truncated, false] as const),
    ],
  ])('%s', async (_what, admit, answer, isStored) => {
    const { story } = await askTwice(answer, { admit });
    expect(story.includes('stored')).toBe(isStored);
  });

  test('passes the response to a predicate', async () => {
    const admit = (response: unknown) => (response as { score: number }).score > 0.5;
    expect((await askTwice({ score: 0.9 }, { admit })).story).toEqual(STORED);
    expect((await askTwice({ score: 0.1 }, { admit })).reason).toBe('admit');
  });

  test('does not store an answer for which the predicate throws, and the caller still receives it', async () => {
    const admit = () => {
      throw new Error('a mistake');
    };
    expect((await askTwice('fine', { admit })).reason).toBe('admit-error');
  });

  test.each<[string, Admit, string | undefined]>([
    ['resolves to true', async () => true, undefined],
    ['resolves to false', async () => false, 'admit'],
    ['resolves to what is no boolean', (async () => 1) as never, 'admit'],
    ['returns what is no boolean', (() => 'yes') as never, 'admit'],
    ['rejects', () => Promise.reject(new Error('a mistake')), 'admit-error'],
  ])('stores only what is true of a predicate that %s', async (_what, admit, reason) => {
    const asked = await askTwice('fine', { admit });
    expect(asked.reason).toBe(reason);
    expect(asked.story).toEqual(
      reason === undefined ? STORED : ['miss', 'not-admitted', 'miss', 'not-admitted'],
    );
  });

  test('passes the request, and the JSON that it asks for, to a predicate', async () => {
    const { cache } = startTrial();
    const seen: unknown[] = [];
    const ask = cachedLlmCall(async (_request: object) => '{"score": 1}', {
      ...{ cache, provider: 'mine' },
      admit: (response, request, { json, rejection }) =>
        seen.push([response, request, json, rejection]) > 0,
    });
    const request = { response_format: { type: 'json_object' } };
    await ask(request);
    expect(seen).toEqual([['{"score": 1}', request, { score: 1 }, undefined]]);
  });

  test('can be set for one call', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(async (_prompt: string) => truncated, { cache, provider: 'mine' });
    await ask.with({ admit: { truncated: true } })('p');
    await settled();
    expect((await ask.withInfo('p')).info.outcome).toBe('hit');
  });
});

class Message {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  shout(): string {
    return this.text.toUpperCase();
  }
}

describe('a response that cannot be encoded', () => {
  test.each<[string, () => unknown]>([
    ['a class instance', () => new Message('hi')],
    ['a function in it', () => ({ text: 'hi', retry: () => {} })],
    ['an instance deep in it', () => ({ list: [{ message: new Message('hi') }] })],
    [
      'a cycle',
      () => {
        const cycle: { self?: unknown } = {};
        cycle.self = cycle;
        return cycle;
      },
    ],
  ])('%s: the leader receives the live object, and nothing is stored', async (_what, make) => {
    const { cache, story, events } = startTrial();
    const made: unknown[] = [];
    const ask = cachedLlmCall(
      async (_prompt: string) => {
        const response = make();
        made.push(response);
        return response;
      },
      { cache, provider: 'mine' },
    );
    expect(await ask('p')).toBe(made[0]);
    await settled();
    expect(await ask('p')).toBe(made[1]);
    expect(story()).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
    expect(events[1]?.event).toMatchObject({ reason: 'unencodable' });
  });

  test('makes each follower call the provider, and each receives its own live object', async () => {
    const { cache, story, events } = startTrial();
    let calls = 0;
    const ask = cachedLlmCall(
      async (_prompt: string) => {
        calls += 1;
        return new Message(`answer ${calls}`);
      },
      { cache, provider: 'mine' },
    );
    const [first, second, third] = await Promise.all([ask('p'), ask('p'), ask('p')]);
    expect([first.shout(), second.shout(), third.shout()].sort()).toEqual(
      ['ANSWER 1', 'ANSWER 2', 'ANSWER 3'], //
    );
    expect(story()).toEqual(['miss', 'not-admitted', 'bypass', 'bypass']);
    expect(events.at(-1)?.event).toEqual({ reason: 'not-shareable', provider: 'mine' });
  });
});
