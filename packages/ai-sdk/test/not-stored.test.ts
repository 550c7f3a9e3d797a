import { aiSdk, cachedAiSdk } from '@cached-llm/ai-sdk';
import { chatAnswer, chatEvents, chunksOf, until } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { generateText, streamText } from 'ai';
import { answerChat, withWire } from './wire.ts';

const PIECES = ['One', ' two', ' three', ' four'];
const answer = answerChat(PIECES);
const hello = {
  prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }],
};

describe('an answer that is not worth storing is returned and not stored', () => {
  test.each([
    ['truncated', chatAnswer('Half', {}, 'length'), 'truncated'],
    ['filtered', chatAnswer('Half', {}, 'content_filter'), 'filtered'],
    ['a refusal', chatAnswer(null, { refusal: 'No.' }), 'filtered'],
    ['empty', chatAnswer(''), 'empty'],
    ['ended for an unknown reason', chatAnswer('Half', {}, 'whim'), 'incomplete'],
  ])('%s', async (_name, body, reason) => {
    await withWire(
      { answer: () => ({ body }) },
      async ({ server, cache, client: openai, reasons }) => {
        const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
        await model.doGenerate(hello);
        await model.doGenerate(hello);
        expect(server.count).toBe(2);
        expect(reasons).toEqual([reason, reason]);
      },
    );
  });

  test.each([
    ['truncated', chatEvents(PIECES, 'length'), 'truncated'],
    ['filtered', chatEvents(PIECES, 'content_filter'), 'filtered'],
    ['without an end', chatEvents(PIECES, null).slice(0, -1), 'incomplete'],
    [
      'an error inside',
      [...chatEvents(PIECES).slice(0, 2), { error: { message: 'overloaded' } }],
      'error',
    ],
    ['a text that is not JSON', [...chatEvents(PIECES).slice(0, 2), 'oops'], 'unencodable'],
  ])('a stream: %s', async (_name, body, reason) => {
    const wire = { answer: () => ({ kind: 'sse' as const, body }) };
    await withWire(wire, async ({ server, cache, client: openai, reasons }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      for (const _round of [1, 2]) await chunksOf((await model.doStream(hello)).stream);
      expect(server.count).toBe(2);
      expect(reasons).toEqual([reason, reason]);
    });
  });

  test.each([
    [
      'a hosted tool',
      { tools: [{ type: 'provider', id: 'openai.web_search', name: 'w', args: {} }] },
    ],
    ['an MCP server', { providerOptions: { anthropic: { mcpServers: [{}] } } }],
  ])('an answer that may depend on %s, unless it is admitted on purpose', async (_name, fields) => {
    await withWire({ answer }, async ({ server, cache, client: openai, reasons }) => {
      const chat = openai.chat('gpt-test');
      const ask = (model: typeof chat) => model.doGenerate({ ...hello, ...fields } as never);
      await ask(cachedAiSdk(chat, { cache }) as typeof chat);
      expect(reasons).toEqual(['hosted-tool']);
      const admitting = cachedAiSdk(chat, { cache, admit: { 'hosted-tool': true } });
      await ask(admitting as typeof chat);
      await ask(admitting as typeof chat);
      expect(server.count).toBe(2);
    });
  });

  test.each([
    [
      'a pause',
      {
        finishReason: { unified: 'stop', raw: 'pause_turn' },
        content: [{ type: 'text', text: 'x' }],
      },
      'truncated',
    ],
    [
      'a refusal in the raw reason',
      { finishReason: { unified: 'content-filter', raw: 'refusal' }, content: [] },
      'refusal',
    ],
    [
      'a source on the web',
      {
        finishReason: { unified: 'stop', raw: 'stop' },
        content: [
          { type: 'text', text: 'x' },
          { type: 'source', sourceType: 'url' },
        ],
      },
      'hosted-tool',
    ],
    [
      'a call that the provider ran',
      {
        finishReason: { unified: 'stop', raw: undefined },
        content: [{ type: 'tool-call', providerExecuted: true }],
      },
      'hosted-tool',
    ],
    [
      'only thoughts',
      {
        finishReason: { unified: 'stop', raw: undefined },
        content: [{ type: 'reasoning', text: 'Hm.' }],
      },
      'empty',
    ],
    ['no result at all', undefined, 'incomplete'],
    ['an error', { error: true }, 'error'],
    [
      'a local tool',
      {
        finishReason: { unified: 'tool-calls', raw: 'tool_use' },
        content: [{ type: 'tool-call', toolName: 'bash', input: '{"command":"ls"}' }],
      },
      undefined,
    ],
    [
      'a source that the caller gave',
      {
        finishReason: { unified: 'stop', raw: 'STOP' },
        content: [
          { type: 'text', text: 'x' },
          { type: 'source', sourceType: 'document' },
        ],
      },
      undefined,
    ],
  ])('is judged by the adapter: %s', (_name, result, reason) => {
    const tools = [{ type: 'provider', id: 'anthropic.bash_20250124', name: 'bash', args: {} }];
    expect(aiSdk.rejects(result, { tools })).toBe(reason);
  });

  test('a failed attempt is repeated, and only the good answer is stored', async () => {
    const faults = [
      { kind: 'status' as const, status: 500, headers: { 'retry-after-ms': '1' }, times: 1 },
    ];
    await withWire({ answer, faults }, async ({ server, cache, client: openai, story }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      expect((await generateText({ model, prompt: 'Hi' })).text).toBe(PIECES.join(''));
      await generateText({ model, prompt: 'Hi' });
      expect(server.count).toBe(2);
      expect(story).toEqual(['miss', 'call-failed', 'miss', 'stored', 'hit']);
    });
  });
});

describe('a stream that is aborted', () => {
  test('is not stored, and streamText reports the abort', async () => {
    await withWire(
      { answer, latencyPerChunk: 10 },
      async ({ server, cache, client: openai, story }) => {
        const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
        const abort = new AbortController();
        const ended: string[] = [];
        const { fullStream } = streamText({
          model,
          prompt: 'Hi',
          abortSignal: abort.signal,
          onAbort: () => void ended.push('aborted'),
          onError: () => void ended.push('failed'),
        });
        for await (const { type } of fullStream) if (type === 'text-delta') abort.abort();
        await until('the provider sees the abort', () => server.requests[0]?.aborted);
        expect(ended).toEqual(['aborted']);
        expect(story).toEqual(['miss', 'not-admitted']);
      },
    );
  });

  test('continues for the other readers', async () => {
    await withWire({ answer, latencyPerChunk: 5 }, async ({ server, cache, client: openai }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      const abort = new AbortController();
      const [leader, follower] = await Promise.all([
        model.doStream({ ...hello, abortSignal: abort.signal }),
        model.doStream(hello),
      ]);
      const reader = leader.stream.getReader();
      await reader.read();
      abort.abort();
      await expect(reader.read()).rejects.toThrow('abort');
      const text = (await chunksOf(follower.stream)).map((part) =>
        part.type === 'text-delta' ? part.delta : '',
      );
      expect(text.join('')).toBe(PIECES.join(''));
      expect(server.count).toBe(1);
    });
  });
});

describe('a stream from the store', () => {
  test('also ends at an abort', async () => {
    await withWire({ answer }, async ({ cache, client: openai }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      await chunksOf((await model.doStream(hello)).stream);
      const abort = new AbortController();
      const { stream } = await model.doStream({ ...hello, abortSignal: abort.signal });
      const reader = stream.getReader();
      await reader.read();
      abort.abort();
      await expect(reader.read()).rejects.toThrow('abort');
    });
  });
});

describe('an answer of which the caller can use nothing is not stored', () => {
  const json = { responseFormat: { type: 'json', schema: { type: 'object' } } };
  const call = (args: string) => ({
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'now', arguments: args } }],
  });
  const tools = [
    {
      type: 'function',
      name: 'now',
      inputSchema: { type: 'object', properties: { city: {} }, required: ['city'] },
    },
  ];

  test.each<[string, object, object, string]>([
    ['JSON that breaks off', chatAnswer('{"a": 1, "b'), json, 'malformed'],
    ['prose in the place of JSON', chatAnswer('Here it is.'), json, 'malformed'],
    [
      'arguments that break off',
      chatAnswer(null, call('{"city": "Ro'), 'tool_calls'),
      { tools },
      'malformed',
    ],
    [
      'a call without the arguments that it needs',
      chatAnswer(null, call(''), 'tool_calls'),
      { tools },
      'malformed',
    ],
    [
      'a reason for calls without a call',
      chatAnswer('I will.', {}, 'tool_calls'),
      { tools },
      'malformed',
    ],
    ['white space', chatAnswer(' \n\u200b'), {}, 'empty'],
  ])('%s', async (_name, body, fields, reason) => {
    await withWire({ answer: () => ({ body }) }, async ({ server, cache, client, reasons }) => {
      const model = cachedAiSdk(client.chat('gpt-test'), { cache });
      for (const _round of [1, 2]) await model.doGenerate({ ...hello, ...fields } as never);
      expect([server.count, reasons]).toEqual([2, [reason, reason]]);
    });
  });

  test('JSON that breaks off in a stream', async () => {
    const torn = answerChat(['{"a": 1,', ' "b']);
    await withWire({ answer: torn }, async ({ server, cache, client, reasons }) => {
      const model = cachedAiSdk(client.chat('gpt-test'), { cache });
      for (const _round of [1, 2])
        await chunksOf((await model.doStream({ ...hello, ...json } as never)).stream);
      expect([server.count, reasons]).toEqual([2, ['malformed', 'malformed']]);
    });
  });

  test('JSON that parses is stored', async () => {
    await withWire({ answer: answerChat(['{"a": 1}']) }, async ({ server, cache, client }) => {
      const model = cachedAiSdk(client.chat('gpt-test'), { cache });
      for (const _round of [1, 2]) await model.doGenerate({ ...hello, ...json } as never);
      expect(server.count).toBe(1);
    });
  });

  const done = { finishReason: { unified: 'stop', raw: 'stop' } };
  const said = (part: object) => ({ ...done, content: [part] });
  test.each([
    [
      'an empty text with an id',
      said({ type: 'text', text: '', providerMetadata: { openai: { itemId: 'msg_1' } } }),
      {},
      'empty',
    ],
    [
      'a file of thoughts alone',
      said({ type: 'reasoning-file', data: new Uint8Array([1]) }),
      {},
      'empty',
    ],
    [
      'a text that a function returns, in the place of JSON',
      { text: 'No.', finishReason: 'stop' },
      json,
      'malformed',
    ],
    [
      'a call that a function returns',
      {
        text: '',
        toolCalls: [{ type: 'tool-call', toolName: 'now', input: {} }],
        finishReason: 'tool-calls',
      },
      {},
      undefined,
    ],
    [
      'a patch in the words of a tool of the provider',
      said({ type: 'tool-call', toolName: 'patch', input: '"*** Begin"' }),
      { tools: [{ type: 'provider', id: 'openai.custom', name: 'patch', args: {} }] },
      undefined,
    ],
  ])('is judged by the adapter: %s', (_name, result, params, reason) => {
    expect(aiSdk.rejects(result, params)).toBe(reason);
  });
});

describe('a stream is torn', () => {
  const start = { type: 'stream-start', warnings: [] };
  const text = [
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: 'Take no more.' },
    { type: 'text-end', id: '1' },
  ];
  const finish = { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage: {} };

  test.each([
    ['where the beginning of a text is missing', [start, ...text.slice(1), finish]],
    ['where a text ends that never began', [start, text[2], finish]],
    [
      'where a call began and is not there',
      [start, ...text, { type: 'tool-input-start', id: 'c' }, finish],
    ],
    ['where a text goes on after its end', [start, ...text, text[1], finish]],
    ['where a text does not end', [start, ...text.slice(0, 2), finish]],
    ['where a text comes after the end', [start, ...text, finish, ...text]],
    ['where it starts twice', [start, ...text, start, finish]],
    ['where it ends twice', [start, ...text, finish, finish]],
    ['where it does not end', [start, ...text]],
  ])('%s', (_name, parts) => {
    expect(aiSdk.stream.assemble([start, ...text, finish])).toBeDefined();
    expect(aiSdk.stream.assemble(parts)).toBeUndefined();
  });
});
