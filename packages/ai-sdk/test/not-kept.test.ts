import { aiSdk, cachedAiSdk } from '@cached-llm/ai-sdk';
import { describe, expect, test } from '@jest/globals';
import { APICallError, generateText, streamText } from 'ai';
import {
  allOf,
  answerChat,
  chatAnswer,
  chatEvents,
  eventually,
  providerOf,
  withWire,
} from './wire.ts';

const PIECES = ['One', ' two', ' three', ' four'];
const answer = answerChat(PIECES);
const hello = {
  prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }],
};

describe('an answer that is not worth keeping is given, and not stored', () => {
  test.each([
    ['truncated', chatAnswer('Half', {}, 'length'), 'truncated'],
    ['filtered', chatAnswer('Half', {}, 'content_filter'), 'filtered'],
    ['a refusal', chatAnswer(null, { refusal: 'No.' }), 'filtered'],
    ['empty', chatAnswer(''), 'empty'],
    ['ended for an unknown reason', chatAnswer('Half', {}, 'whim'), 'incomplete'],
  ])('%s', async (_name, body, reason) => {
    await withWire({ answer: () => ({ body }) }, async ({ server, cache, openai, reasons }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      await model.doGenerate(hello);
      await model.doGenerate(hello);
      expect(server.count).toBe(2);
      expect(reasons).toEqual([reason, reason]);
    });
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
    ['text that is no JSON', [...chatEvents(PIECES).slice(0, 2), 'oops'], 'unencodable'],
  ])('a stream: %s', async (_name, body, reason) => {
    const wire = { answer: () => ({ kind: 'sse' as const, body }) };
    await withWire(wire, async ({ server, cache, openai, reasons }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      for (const _round of [1, 2]) await allOf((await model.doStream(hello)).stream);
      expect(server.count).toBe(2);
      expect(reasons).toEqual([reason, reason]);
    });
  });

  test.each([
    [
      'a hosted tool',
      { tools: [{ type: 'provider', id: 'openai.web_search', name: 'w', args: {} }] },
    ],
    ['a server of tools', { providerOptions: { anthropic: { mcpServers: [{}] } } }],
  ])('one that may hang on %s, unless it is admitted on purpose', async (_name, fields) => {
    await withWire({ answer }, async ({ server, cache, openai, reasons }) => {
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
      'a refusal by name',
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
      'a call the provider ran',
      {
        finishReason: { unified: 'stop', raw: undefined },
        content: [{ type: 'tool-call', providerExecuted: true }],
      },
      'hosted-tool',
    ],
    [
      'thoughts alone',
      {
        finishReason: { unified: 'stop', raw: undefined },
        content: [{ type: 'reasoning', text: 'Hm.' }],
      },
      'empty',
    ],
    ['no result at all', undefined, 'incomplete'],
    ['an error', { error: true }, 'error'],
    [
      'an own tool',
      {
        finishReason: { unified: 'tool-calls', raw: 'tool_use' },
        content: [{ type: 'tool-call' }],
      },
      undefined,
    ],
    [
      'a source that was given',
      {
        finishReason: { unified: 'stop', raw: 'STOP' },
        content: [
          { type: 'text', text: 'x' },
          { type: 'source', sourceType: 'document' },
        ],
      },
      undefined,
    ],
  ])('judged by the adapter: %s', (_name, result, reason) => {
    const tools = [{ type: 'provider', id: 'anthropic.bash_20250124', name: 'bash', args: {} }];
    expect(aiSdk.rejects(result, { tools })).toBe(reason);
  });

  test('is stored where it is admitted on purpose', async () => {
    const body = chatAnswer('Half', {}, 'length');
    await withWire({ answer: () => ({ body }) }, async ({ server, cache, openai }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache, admit: { truncated: true } });
      await generateText({ model, prompt: 'Hi' });
      await generateText({ model, prompt: 'Hi' });
      expect(server.count).toBe(1);
    });
  });

  test.each([429, 500, 400])('is the SDK error it is without a cache: %s', async (status) => {
    const wire = { answer: () => ({ status, body: { error: { message: 'no', code: 'x' } } }) };
    await withWire(wire, async ({ cache, openai, story }) => {
      const plain = openai.chat('gpt-test');
      const model = cachedAiSdk(plain, { cache });
      const failure = (asked: typeof model) =>
        generateText({ model: asked, prompt: 'Hi', maxRetries: 0 }).catch((error) => error);
      const cached = await failure(model);
      expect(cached).toBeInstanceOf(APICallError);
      expect(cached.message).toBe((await failure(plain)).message);
      expect(story).not.toContain('stored');
    });
  });

  test('an error under status 200 is an error', async () => {
    const wire = { answer: () => ({ body: { error: { message: 'overloaded' } } }) };
    await withWire(wire, async ({ cache, openai, story }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      await expect(generateText({ model, prompt: 'Hi', maxRetries: 0 })).rejects.toThrow();
      expect(story).not.toContain('stored');
    });
  });

  test('a failed attempt is tried again, and only the good one is stored', async () => {
    const faults = [
      { kind: 'status' as const, status: 500, headers: { 'retry-after-ms': '1' }, times: 1 },
    ];
    await withWire({ answer, faults }, async ({ server, cache, openai, story }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      expect((await generateText({ model, prompt: 'Hi' })).text).toBe(PIECES.join(''));
      await generateText({ model, prompt: 'Hi' });
      expect(server.count).toBe(2);
      expect(story).toEqual(['miss', 'miss', 'stored', 'hit']);
    });
  });
});

describe('a stream that does not come whole', () => {
  test.each(['cut-socket', 'end-early'] as const)('is not stored: %s', async (kind) => {
    const faults = [{ kind, afterEvents: 2, times: 1 }];
    await withWire({ answer, faults }, async ({ server, cache, openai }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      const ask = async () => allOf((await model.doStream(hello)).stream);
      await ask().catch(() => []);
      const whole = await ask();
      expect(await ask()).toEqual(whole);
      expect(server.count).toBe(2);
    });
  });

  test('is not stored where its reader leaves, and ends upstream', async () => {
    await withWire({ answer, latencyPerChunk: 10 }, async ({ server, cache, openai, story }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      for await (const _part of (await model.doStream(hello)).stream) break;
      await eventually(() => server.requests[0]?.aborted === true);
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test('is not stored where its reader aborts, and tells streamText so', async () => {
    await withWire({ answer, latencyPerChunk: 10 }, async ({ server, cache, openai, story }) => {
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
      await eventually(() => server.requests[0]?.aborted === true);
      expect(ended).toEqual(['aborted']);
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test("one reader's abort is no other's", async () => {
    await withWire({ answer, latencyPerChunk: 5 }, async ({ server, cache, openai }) => {
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
      const text = (await allOf(follower.stream)).map((part) =>
        part.type === 'text-delta' ? part.delta : '',
      );
      expect(text.join('')).toBe(PIECES.join(''));
      expect(server.count).toBe(1);
    });
  });
});

describe('a stream that comes', () => {
  test('is out with its first part before its last is in', async () => {
    const faults = [{ kind: 'hang' as const, afterEvents: 2 }];
    await withWire({ answer, faults }, async ({ server, cache, openai }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      const reader = (await model.doStream(hello)).stream.getReader();
      const types: (string | undefined)[] = [];
      while (types.at(-1) !== 'text-delta') types.push((await reader.read()).value?.type);
      await reader.cancel();
      await eventually(() => server.requests[0]?.aborted === true);
    });
  });

  test.each([
    ['byte by byte', { chunkSize: 'byte' as const }],
    ['with CRLF, in pieces of seven', { chunkSize: 7, lineEnding: '\r\n' as const }],
    ['gzipped', { gzip: true }],
  ])('%s is replayed the same', async (_name, delivery) => {
    await withWire({ answer, ...delivery }, async ({ server, cache, openai }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      const plain = await allOf((await providerOf(server).chat('gpt-test').doStream(hello)).stream);
      const ask = async () => allOf((await model.doStream(hello)).stream);
      expect(await ask()).toEqual(plain);
      expect(await ask()).toEqual(plain);
      expect(server.count).toBe(2);
    });
  });

  test('from the store heeds an abort, too', async () => {
    await withWire({ answer }, async ({ cache, openai }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      await allOf((await model.doStream(hello)).stream);
      const abort = new AbortController();
      const { stream } = await model.doStream({ ...hello, abortSignal: abort.signal });
      const reader = stream.getReader();
      await reader.read();
      abort.abort();
      await expect(reader.read()).rejects.toThrow('abort');
    });
  });
});
