import { createLlmCache, LlmCacheError } from '@cached-llm/core';
import { CachedLlmCache, type CachedLlmCacheOptions } from '@cached-llm/langchain';
import { chatAnswer, chunksOf, countEntries, startWireServer } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { OpenAI } from '@langchain/openai';
import { chatAnthropic, chatOpenAI, echo, message, SECRET, type Wire, withWire } from './wire.ts';

function modelIn(
  { server, cache }: Wire,
  fields: object = {},
  options: CachedLlmCacheOptions = {},
) {
  return chatOpenAI(server, { cache: new CachedLlmCache({ cache, ...options }), ...fields });
}

describe('the cache of a LangChain model', () => {
  test('is read before the model is called, and returns a message of the same class', async () => {
    await withWire({ answer: echo }, async (wire) => {
      const model = modelIn(wire);
      const first = await model.invoke('Hi');
      const second = await model.invoke('Hi');
      expect(second).toBeInstanceOf(AIMessage);
      expect(second.text).toBe('You asked: ["Hi"]');
      expect([second.content, second.id, second.response_metadata]).toEqual([
        first.content,
        first.id,
        first.response_metadata,
      ]);
      expect(wire.server.count).toBe(1);
      expect(wire.story).toEqual(['miss', 'stored', 'hit']);
    });
  });

  test('stores tool calls and generationInfo', async () => {
    const call = {
      id: 'call_1',
      type: 'function',
      function: { name: 'now', arguments: '{"a":1}' },
    };
    const body = chatAnswer(null, { tool_calls: [call] }, 'tool_calls');
    await withWire({ answer: () => ({ body }) }, async (wire) => {
      const model = modelIn(wire);
      await model.invoke('Hi');
      const { generations } = await model.generate([[new HumanMessage('Hi')]]);
      const generation = generations[0]?.[0];
      expect(generation?.generationInfo).toMatchObject({ finish_reason: 'tool_calls' });
      const { message: answer } = generation as unknown as { message: AIMessage };
      expect(answer.tool_calls).toEqual([
        { name: 'now', args: { a: 1 }, type: 'tool_call', id: 'call_1' },
      ]);
      expect(wire.server.count).toBe(1);
    });
  });

  test('returns new objects at each hit, because LangChain writes into them', async () => {
    await withWire({ answer: echo }, async (wire) => {
      const cache = new CachedLlmCache({ cache: wire.cache });
      const model = chatOpenAI(wire.server, { cache });
      const keys: [string, string][] = [];
      const { lookup } = cache;
      cache.lookup = (prompt, llmKey) => {
        keys.push([prompt, llmKey]);
        return lookup.call(cache, prompt, llmKey);
      };
      await model.invoke('Hi');
      expect((await model.invoke('Hi')).usage_metadata).toMatchObject({ total_tokens: 0 }); // LangChain reports that a hit spends nothing
      const [one, other] = [await cache.lookup(...keyOf(keys)), await cache.lookup(...keyOf(keys))];
      expect(one).toEqual(other);
      expect(one?.[0]).not.toBe(other?.[0]);
      expect(one?.[0]).toMatchObject({ message: { usage_metadata: { total_tokens: 8 } } });
    });
  });

  test('answers a batch, and only the missing prompts are sent', async () => {
    await withWire({ answer: echo }, async (wire) => {
      const model = modelIn(wire);
      await model.invoke('two');
      const answers = await model.batch(['one', 'two', 'three']);
      expect(answers.map(({ text }) => text)).toEqual(
        ['one', 'two', 'three'].map((prompt) => `You asked: ["${prompt}"]`),
      );
      expect(wire.server.count).toBe(3);
    });
  });

  test('is not read by .stream()', async () => {
    await withWire({ answer: echo }, async (wire) => {
      const model = modelIn(wire);
      await chunksOf(await model.stream('Hi'));
      await chunksOf(await model.stream('Hi'));
      expect([wire.server.count, wire.story]).toEqual([2, []]);
    });
  });

  test('serves models without a finish reason, and models of plain text', async () => {
    await withWire(
      { answer: () => ({ body: { choices: [{ text: 'Hello', finish_reason: 'stop' }] } }) },
      async (wire) => {
        const cache = new CachedLlmCache({ cache: wire.cache });
        const named = new CachedLlmCache({ cache: wire.cache, identity: { model: 'fake' } });
        const fake = new FakeListChatModel({ responses: ['one', 'two'], cache: named });
        expect((await fake.invoke('Hi')).text).toBe('one');
        expect((await fake.invoke('Hi')).text).toBe('one');
        const configuration = { baseURL: `${wire.server.url}/v1` };
        const model = new OpenAI({ model: 'instruct', apiKey: SECRET, cache, configuration });
        expect(await model.invoke('an [image] of')).toBe('Hello');
        expect(await model.invoke('an [image] of')).toBe('Hello');
        expect(wire.server.count).toBe(1);
      },
    );
  });
});

describe('a call that LangChain does not describe in full bypasses the cache', () => {
  const block = (content: object) => [new HumanMessage({ content: [content] as never })];

  test.each([
    ['a picture', { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } }],
    ['a sound', { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }],
    ['a file', { type: 'file', file: { file_id: 'file-1' } }],
    ['an unknown block', { type: 'brand_new', content: 'x' }],
  ])('%s', async (_name, content) => {
    await withWire({ answer: echo }, async (wire) => {
      const model = modelIn(wire);
      await model.invoke(block(content));
      await model.invoke(block(content));
      expect(wire.server.count).toBe(2);
      expect(wire.story).toEqual(['bypass', 'bypass']);
      expect(countEntries(wire.store)).toBe(0);
    });
  });

  test('with tools that are objects', async () => {
    const schema = { type: 'object', properties: {} };
    await withWire({ answer: echo }, async (wire) => {
      const model = modelIn(wire);
      for (const name of ['one', 'other']) {
        const tools = [tool(() => 'x', { name, description: name, schema: schema as never })];
        await model.invoke('Hi', { tools } as never);
      }
      expect(wire.server.count).toBe(2);
      expect(wire.reasons).toEqual(['not-canonical', 'not-canonical']);
    });
  });

  test('in the mode replay as well', async () => {
    await withWire({ answer: echo }, async (wire) => {
      const model = modelIn(wire, {}, { mode: 'replay' });
      const content = [{ type: 'image_url', image_url: { url: 'https://example.com/cat.png' } }];
      expect((await model.invoke([{ role: 'user', content }])).text).toContain('cat.png');
      await expect(model.invoke('Hi')).rejects.toThrow(LlmCacheError);
      expect(wire.server.count).toBe(1);
    });
  });
});

describe('the key', () => {
  test('is the same for two API keys, and with or without a signal or a timeout', async () => {
    await withWire({ answer: echo }, async (wire) => {
      await modelIn(wire).invoke('Hi');
      await modelIn(wire, { apiKey: 'sk-another' }).invoke('Hi');
      await modelIn(wire).invoke('Hi', { signal: new AbortController().signal });
      await modelIn(wire).invoke('Hi', { timeout: 10_000 });
      expect(wire.server.count).toBe(1);
    });
  });

  test.each([
    ['temperature', { temperature: 0 }],
    ['model', { model: 'gpt-other' }],
    ['stop', { stop: ['x,apiKey:"'] }],
    ['model arguments', { modelKwargs: { brand_new: 1 } }],
    ['organization', { configuration: { organization: 'org-2' } }],
  ])('differs by %s', async (_name, fields) => {
    await withWire({ answer: echo }, async (wire) => {
      const { url } = wire.server;
      const configuration = {
        baseURL: `${url}/v1`,
        ...(fields as { configuration?: object }).configuration,
      };
      await modelIn(wire).invoke('Hi');
      await modelIn(wire, { ...fields, configuration }).invoke('Hi');
      await modelIn(wire, { ...fields, configuration }).invoke('Hi');
      expect(wire.server.count).toBe(2);
    });
  });

  test('differs by base URL, prompt, bound tools, scope and version', async () => {
    const other = await startWireServer({ answer: echo });
    await withWire({ answer: echo }, async (wire) => {
      const named = (name: string) =>
        tool(() => 'x', { name, description: 'd', schema: { type: 'object', properties: {} } });
      for (const _round of [1, 2]) {
        await modelIn(wire).invoke('Hi');
        await modelIn(wire).invoke('Ho');
        await modelIn(wire)
          .bindTools([named('one')])
          .invoke('Hi');
        await modelIn(wire)
          .bindTools([named('two')])
          .invoke('Hi');
        await modelIn(wire, {}, { scope: 'tenant-7' }).invoke('Hi');
        await modelIn(wire, {}, { version: '2' }).invoke('Hi');
        await modelIn({ ...wire, server: other }).invoke('Hi');
      }
      expect([wire.server.count, other.count]).toEqual([6, 1]);
    });
    await other.close();
  });

  test('contains the model, so that its answers can be invalidated', async () => {
    await withWire({ answer: echo }, async (wire) => {
      await modelIn(wire).invoke('Hi');
      await wire.cache.invalidate({ model: 'gpt-test' });
      await modelIn(wire).invoke('Hi');
      expect(wire.server.count).toBe(2);
    });
  });
});

describe('an answer that is not worth storing', () => {
  test.each([
    ['truncated', chatAnswer('Half', {}, 'length')],
    ['filtered', chatAnswer('Half', {}, 'content_filter')],
    ['a refusal', chatAnswer(null, { refusal: 'No.' })],
    ['empty', chatAnswer('')],
    ['white space', chatAnswer(' \n')],
    ['a thought alone', chatAnswer('', { reasoning_content: 'Well' })],
    ['a tool call whose arguments do not parse', calling('{"a":')],
    ['a tool call that is missing', chatAnswer('Hi', {}, 'tool_calls')],
  ])('is returned and not stored: %s', async (_name, body) => {
    await withWire({ answer: () => ({ body }) }, async (wire) => {
      await modelIn(wire).invoke('Hi');
      await modelIn(wire).invoke('Hi');
      expect(wire.server.count).toBe(2);
      expect(wire.story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
    });
  });

  test.each([
    ['max_tokens', 2],
    ['refusal', 2],
    ['pause_turn', 2],
    ['end_turn', 1],
  ])(
    'is recognised by the stop reason in the message of ChatAnthropic: %s',
    async (reason, count) => {
      await withWire({ answer: () => ({ body: message('Half', reason) }) }, async (wire) => {
        const identity = { baseURL: wire.server.url };
        const model = chatAnthropic(wire.server, {
          cache: new CachedLlmCache({ cache: wire.cache, identity }),
        });
        await model.invoke('Hi');
        await model.invoke('Hi');
        expect(wire.server.count).toBe(count);
      });
    },
  );

  test.each([
    ['completed', [], 1],
    ['incomplete', [], 2],
    ['completed', [{ type: 'web_search_call', id: 'ws_1', status: 'completed' }], 2],
  ])(
    'is recognised by the status and the hosted tools of the Responses API: %s %j',
    async (status, calls, count) => {
      const content = [{ type: 'output_text', text: 'Half', annotations: [] }];
      const output = [...calls, { type: 'message', id: 'm', role: 'assistant', status, content }];
      const details = status === 'incomplete' ? { reason: 'max_output_tokens' } : null;
      const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
      const body = {
        id: 'r',
        object: 'response',
        status,
        model: 'm',
        output,
        usage,
        incomplete_details: details,
      };
      await withWire({ answer: () => ({ body }) }, async (wire) => {
        const model = modelIn(wire, { useResponsesApi: true });
        await model.invoke('Hi');
        await model.invoke('Hi');
        expect(wire.server.count).toBe(count);
      });
    },
  );

  test('is no JSON where JSON was asked for', async () => {
    const format = { type: 'json_object' };
    for (const [text, count] of [
      ['{"mood":', 2],
      ['{"mood":"calm"}', 1],
    ] as const) {
      await withWire({ answer: () => ({ body: chatAnswer(text) }) }, async (wire) => {
        const model = modelIn(wire).withConfig({ response_format: format } as never);
        await model.invoke('Hi');
        await model.invoke('Hi');
        expect(wire.server.count).toBe(count);
      });
    }
  });

  test('is not stored where an `admit` that is async refuses it', async () => {
    await withWire({ answer: echo }, async (wire) => {
      const seen: unknown[] = [];
      const admit = async (_response: unknown, request: unknown) => {
        seen.push(request);
        return false;
      };
      const model = modelIn(wire, {}, { admit: admit as never });
      await model.invoke('Hi');
      await model.invoke('Hi');
      expect([wire.server.count, countEntries(wire.store)]).toEqual([2, 0]);
      expect(seen[0]).toMatchObject({ model: 'gpt-test', prompt: 'Human: Hi' });
    });
  });

  test('is stored where `admit` names it', async () => {
    const body = chatAnswer('Half', {}, 'length');
    await withWire({ answer: () => ({ body }) }, async (wire) => {
      const model = modelIn(wire, {}, { admit: { truncated: true } });
      await model.invoke('Hi');
      expect((await model.invoke('Hi')).text).toBe('Half');
      expect(wire.server.count).toBe(1);
    });
  });

  test.each([429, 500])('fails with the same error as without a cache: %s', async (status) => {
    await withWire(
      { answer: () => ({ status, body: { error: { message: 'no' } } }) },
      async (wire) => {
        const failure = (model: ReturnType<typeof chatOpenAI>) =>
          model.invoke('Hi').catch((error) => error);
        const cached = await failure(modelIn(wire));
        const plain = await failure(chatOpenAI(wire.server));
        expect([cached.name, cached.message]).toEqual([plain.name, plain.message]);
        expect(countEntries(wire.store)).toBe(0);
      },
    );
  });
});

describe('a store that fails', () => {
  const broken = (): never => {
    throw new Error('The disk is gone.');
  };
  const rows = { get: broken, set: broken, delete: broken, clear: broken };
  const hanging = (): Promise<never> => new Promise<never>(() => {});
  const hung = { get: hanging, set: hanging, delete: hanging, clear: hanging };

  test.each([
    ['throws', rows],
    ['hangs', hung],
    [
      'returns an unknown text',
      { ...rows, get: async () => '{"not":"ours"}', set: async (): Promise<boolean> => true },
    ],
  ])('is a miss and no error: it %s', async (_name, store) => {
    await withWire({ answer: echo }, async (wire) => {
      const cache = createLlmCache({ store: store as never, storeTimeout: '20ms' });
      const model = modelIn({ ...wire, cache });
      expect((await model.invoke('Hi')).text).toBe('You asked: ["Hi"]');
      expect(wire.server.count).toBe(1);
    });
  });

  test('an answer that cannot be written fails no call', async () => {
    const llmKey = '_model:"base_chat_model",_type:"openai",model:"m",model_name:"m"';
    const cache = createLlmCache();
    const lookup = new CachedLlmCache({ cache });
    const odd = { text: 'x', generationInfo: { now: () => 1 } };
    await expect(lookup.update('Human: Hi', llmKey, [odd])).resolves.toBeUndefined();
    expect(await lookup.lookup('Human: Hi', llmKey)).toBeNull();
    await cache.close();
  });
});

test('the store receives no secret and no prompt', async () => {
  await withWire({ answer: () => ({ body: chatAnswer('Hello') }) }, async (wire) => {
    const configuration = {
      baseURL: `${wire.server.url}/v1`,
      defaultHeaders: { authorization: 'Bearer sk-in-a-header' },
    };
    await modelIn(wire, { configuration }).invoke('A private question');
    const dump = JSON.stringify([...wire.store]);
    expect(countEntries(wire.store)).toBe(1);
    expect(dump).toContain('Hello');
    for (const text of [SECRET, 'sk-in', 'private question', wire.server.url])
      expect(dump).not.toContain(text);
  });
});

test.each([
  ['ttl', { ttl: 'soon' }],
  ['mode', { mode: 'sometimes' }],
])('an invalid option is refused when the cache is made: %s', (_name, options) => {
  expect(() => new CachedLlmCache(options as never)).toThrow(LlmCacheError);
});

function calling(args: string) {
  const call = { id: 'call_1', type: 'function', function: { name: 'now', arguments: args } };
  return chatAnswer(null, { tool_calls: [call] }, 'tool_calls');
}

function keyOf(keys: readonly [string, string][]): [string, string] {
  const [first] = keys;
  if (first === undefined) throw new Error('The cache was not read.');
  return first;
}
