import { randomUUID } from 'node:crypto';
import { bedrock } from '@cached-llm/bedrock';
import { cachedLlmCall } from '@cached-llm/core';
import { chunksOf } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { pieceOf } from './event-stream.ts';
import { clientOf, invoke, invokeStream, withWire } from './wire.ts';

const metrics = { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 4, outputTokenCount: 2 } };
const claude = (fields: object = {}) => ({
  type: 'message',
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 2, cache_read_input_tokens: 5 },
  ...fields,
});
const titan = (completionReason: string, outputText = 'Hello') => ({
  inputTextTokenCount: 3,
  results: [{ tokenCount: 2, outputText, completionReason }],
});
const nova = (stopReason: string) => ({
  output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
  stopReason,
  usage: { inputTokens: 3, outputTokens: 2 },
});
const llama = (stop_reason: string | null, generation = 'Hello') => ({
  generation,
  prompt_token_count: 3,
  generation_token_count: 2,
  stop_reason,
});
const choice = (fields: object) => ({ choices: [{ index: 0, ...fields }] });
const called = [{ id: 'c', function: { name: 'now', arguments: '{}' } }];
const jurassic = (reason: string) => ({
  completions: [{ data: { text: 'Hello', tokens: [] }, finishReason: { reason } }],
});

const USABLE: readonly (readonly [string, object])[] = [
  ['Anthropic', claude()],
  [
    'Anthropic, a tool call',
    claude({
      content: [{ type: 'tool_use', id: 't', name: 'now', input: {} }],
      stop_reason: 'tool_use',
    }),
  ],
  ['Anthropic, texts', { completion: 'Hello', stop_reason: 'stop_sequence' }],
  ['Titan', titan('FINISH')],
  ['Titan, a vector', { embedding: [0.5], inputTextTokenCount: 3 }],
  ['Titan, a picture', { images: ['aGk='], error: null }],
  ['Nova', nova('end_turn')],
  ['Llama', llama('stop')],
  ['Mistral', { outputs: [{ text: 'Hello', stop_reason: 'stop' }] }],
  ['Mistral, a conversation', choice({ message: { content: 'Hello' }, stop_reason: 'stop' })],
  [
    'Mistral, a tool call',
    choice({ message: { content: '', tool_calls: called }, stop_reason: 'tool_calls' }),
  ],
  ['Cohere', { generations: [{ text: 'Hello', finish_reason: 'COMPLETE' }] }],
  ['Cohere, a conversation', { text: 'Hello', finish_reason: 'COMPLETE' }],
  ['Cohere, vectors', { embeddings: [[0.5]], texts: ['Hi'], response_type: 'embeddings_floats' }],
  ['AI21', jurassic('endoftext')],
  ['OpenAI', choice({ message: { content: 'Hello' }, finish_reason: 'stop', stop_reason: null })],
  ['Stability', { seeds: [1], finish_reasons: [null], images: ['aGk='] }],
  ['an unknown family', { verdict: 'yes', text: 'Yes', finish_reason: 'stop' }],
];

const UNUSABLE: readonly (readonly [string, string, object])[] = [
  ['truncated', 'Anthropic', claude({ stop_reason: 'max_tokens' })],
  ['refusal', 'Anthropic', claude({ stop_reason: 'refusal' })],
  ['incomplete', 'Anthropic', claude({ stop_reason: null })],
  ['empty', 'Anthropic', claude({ content: [] })],
  ['empty', 'Anthropic, thinking', claude({ content: [{ type: 'thinking', thinking: 'Hm' }] })],
  ['truncated', 'Titan', titan('LENGTH')],
  ['filtered', 'Titan', titan('CONTENT_FILTERED')],
  ['empty', 'Titan', titan('FINISH', '')],
  ['truncated', 'Nova', nova('max_tokens')],
  ['truncated', 'Llama', llama('length')],
  ['empty', 'Llama', llama('stop', '')],
  ['truncated', 'Mistral', { outputs: [{ text: 'Hel', stop_reason: 'length' }] }],
  [
    'truncated',
    'Mistral, one of two',
    {
      choices: [
        choice({ message: { content: 'a' }, stop_reason: 'stop' }).choices[0],
        choice({ message: { content: 'b' }, stop_reason: 'length' }).choices[0],
      ],
    },
  ],
  ['truncated', 'Cohere', { generations: [{ text: 'Hel', finish_reason: 'MAX_TOKENS' }] }],
  ['incomplete', 'Cohere', { text: '', finish_reason: 'ERROR_TOXIC' }],
  ['truncated', 'AI21', jurassic('length')],
  [
    'filtered',
    'Stability',
    { seeds: [1], finish_reasons: ['Filter reason: prompt'], images: [null] },
  ],
  ['error', 'Titan, a picture', { images: null, error: 'blocked' }],
  ['filtered', 'a guardrail', { ...claude(), 'amazon-bedrock-guardrailAction': 'INTERVENED' }],
  ['truncated', 'an unknown family', { verdict: 'y', finish_reason: 'length' }],
  ['incomplete', 'an unknown family, which says nothing of its end', { verdict: 'yes' }],
  ['incomplete', 'nothing', {}],
  ['incomplete', 'a message of the gateway', { message: 'Internal failure' }],
  ['incomplete', 'Cohere, without an end', { text: 'Hal', generation_id: 'x' }],
  ['incomplete', 'Titan, no result', { results: null, inputTextTokenCount: 1 }],
  ['incomplete', 'Titan, vectors of no type', { embeddingsByType: {}, inputTextTokenCount: 3 }],
  [
    'filtered',
    'Stability XL',
    { result: 'success', artifacts: [{ base64: 'AA', finishReason: 'CONTENT_FILTERED' }] },
  ],
  [
    'empty',
    'OpenAI, thoughts alone',
    choice({ message: { content: '<reasoning>Hm</reasoning>' }, finish_reason: 'stop' }),
  ],
  [
    'malformed',
    'Mistral, arguments that do not parse',
    choice({
      message: { content: '', tool_calls: [{ function: { name: 'now', arguments: '{' } }] },
      stop_reason: 'tool_calls',
    }),
  ],
  ['error', 'Anthropic, an error', { type: 'error', error: { type: 'overloaded_error' } }],
  [
    'hosted-tool',
    'Anthropic, a search that nobody asked for',
    claude({
      content: [
        { type: 'server_tool_use', name: 'web_search', id: 's', input: {} },
        { type: 'text', text: 'found' },
      ],
    }),
  ],
];

describe('an answer of InvokeModel', () => {
  test.each(USABLE)('is stored: %s', async (_name, body) => {
    await withWire(
      () => ({ body }),
      async ({ client, server }) => {
        const first = await client.send(invoke({ prompt: 'Hi' }));
        const second = await client.send(invoke({ prompt: 'Hi' }));
        expect(second).toStrictEqual(first);
        expect([JSON.parse(second.body.transformToString()), server.count]).toEqual([body, 1]);
      },
    );
  });

  test.each(UNUSABLE)(
    'is returned and not stored, because it is %s: %s',
    async (reason, _name, body) => {
      await withWire(
        () => ({ body }),
        async ({ client, cache, server }) => {
          const reasons: string[] = [];
          cache.on('not-admitted', (event) => reasons.push(event.reason));
          await client.send(invoke({ prompt: 'Hi' }));
          await client.send(invoke({ prompt: 'Hi' }));
          expect([server.count, ...reasons]).toEqual([2, reason, reason]);
        },
      );
    },
  );

  test.each([
    [{ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    [{ mcp_servers: [] }],
    [{ toolConfig: { tools: [{ systemTool: { name: 'nova_code_interpreter' } }] } }],
  ])('is not stored where the request offers a tool of the provider: %j', async (asked) => {
    await withWire(
      () => ({ body: claude() }),
      async ({ client, story }) => {
        await client.send(invoke({ messages: [], ...asked }));
        expect(story).toEqual(['miss', 'not-admitted']);
      },
    );
  });

  test('is found again where the client made the call ids', async () => {
    const asked = (id: string) => ({
      messages: [
        { role: 'assistant', tool_calls: [{ id, function: { name: 'now', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: id, content: 'noon' },
      ],
    });
    await withWire(
      () => ({ body: claude() }),
      async ({ client, story }) => {
        for (const id of [randomUUID(), randomUUID()]) await client.send(invoke(asked(id)));
        expect(story).toEqual(['miss', 'stored', 'hit']);
      },
    );
  });

  test("is stored where its tools are the caller's own", async () => {
    const tools = [
      { type: 'bash_20250124', name: 'bash' },
      { name: 'now', input_schema: {} },
    ];
    await withWire(
      () => ({ body: claude() }),
      async ({ client, story }) => {
        await client.send(invoke({ messages: [], tools }));
        await client.send(invoke({ messages: [], tools }));
        expect(story).toEqual(['miss', 'stored', 'hit']);
      },
    );
  });

  test('is not stored where it is not JSON', async () => {
    await withWire(
      () => ({ body: new Uint8Array([1, 2]) }),
      async ({ client, story }) => {
        const { body } = await client.send(invoke({ prompt: 'Hi' }));
        expect([[...body], story]).toEqual([
          [1, 2],
          ['miss', 'not-admitted'],
        ]);
      },
    );
  });
});

test.each([
  ['Anthropic, with tokens from the prompt cache', claude(), 8, 2],
  ['Titan', titan('FINISH'), 3, 2],
  ['Nova', nova('end_turn'), 3, 2],
  ['Llama', llama('stop'), 3, 2],
  ['OpenAI', { usage: { prompt_tokens: 3, completion_tokens: 2 } }, 3, 2],
  ['the metrics of a stream', metrics, 4, 2],
])('tokens are counted: %s', (_name, answer, inputTokens, outputTokens) => {
  const body = new TextEncoder().encode(JSON.stringify(answer));
  expect(bedrock.usageOf?.({ body })).toMatchObject({ inputTokens, outputTokens });
});

test('tokens that the answer does not state are unknown', () => {
  expect(
    bedrock.usageOf?.({ body: new TextEncoder().encode('{"verdict":"yes"}') }),
  ).toBeUndefined();
});

describe('a stream of InvokeModel', () => {
  const claudePieces = (stop_reason: string, text = 'Hello') => [
    {
      type: 'message_start',
      message: { content: [], stop_reason: null, usage: { input_tokens: 3 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
    { type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 2 } },
    { type: 'message_stop', ...metrics },
  ];
  const novaPieces = (stopReason: string) => [
    { messageStart: { role: 'assistant' } },
    { contentBlockDelta: { delta: { text: 'Hello' }, contentBlockIndex: 0 } },
    { messageStop: { stopReason } },
    { metadata: { usage: { inputTokens: 3 } }, ...metrics },
  ];
  const titanPieces = (completionReason: string) => [
    { outputText: 'Hel', index: 0, completionReason: null },
    { outputText: 'lo', index: 0, completionReason, ...metrics },
  ];
  const llamaPieces = (stop_reason: string) => [
    llama(null),
    { ...llama(stop_reason, ''), ...metrics },
  ];

  const read = async (
    stream: AsyncIterable<{ chunk?: { bytes?: Uint8Array | undefined } | undefined }> | undefined,
  ) => {
    const chunks = await chunksOf(stream ?? []);
    return chunks.map(({ chunk }) => JSON.parse(new TextDecoder().decode(chunk?.bytes)));
  };

  test.each([
    ['Anthropic', claudePieces('end_turn')],
    ['Nova', novaPieces('end_turn')],
    ['Titan', titanPieces('FINISH')],
    ['Llama', llamaPieces('stop')],
    ['an unknown family', [{ text: 'y' }, { text: 'es', finish_reason: 'stop', ...metrics }]],
  ])('is stored piece by piece: %s', async (_name, pieces) => {
    await withWire(
      () => ({ events: pieces.map(pieceOf) }),
      async ({ client, server, story }) => {
        const first = await client.send(invokeStream({ prompt: 'Hi' }));
        expect(await read(first.body)).toEqual(pieces);
        const second = await client.send(invokeStream({ prompt: 'Hi' }));
        expect({ ...second, body: undefined }).toStrictEqual({ ...first, body: undefined });
        const chunks = await chunksOf(second.body ?? []);
        expect(chunks.every(({ chunk }) => chunk?.bytes instanceof Uint8Array)).toBe(true);
        expect([server.count, story]).toEqual([1, ['miss', 'stored', 'hit']]);
      },
    );
  });

  test.each([
    ['Anthropic, truncated', claudePieces('max_tokens')],
    ['Anthropic, without a text', claudePieces('end_turn', '')],
    ['Anthropic, cut off', claudePieces('end_turn').slice(0, -1)],
    ['Anthropic, without a reason', claudePieces('end_turn').toSpliced(3, 1)],
    ['Nova, filtered', novaPieces('content_filtered')],
    ['Titan, truncated', titanPieces('LENGTH')],
    ['Titan, cut off', titanPieces('FINISH').slice(0, -1)],
    ['Llama, truncated', llamaPieces('length')],
    ['blocked', [{ ...llama('stop'), ...metrics, 'amazon-bedrock-guardrailAction': 'INTERVENED' }]],
  ])('is returned and not stored: %s', async (_name, pieces) => {
    await withWire(
      () => ({ events: pieces.map(pieceOf) }),
      async ({ client, server, story }) => {
        for (const _round of [1, 2]) {
          const { body } = await client.send(invokeStream({ prompt: 'Hi' }));
          expect(await read(body)).toEqual(pieces);
        }
        expect([server.count, story.includes('stored')]).toEqual([2, false]);
      },
    );
  });
});

test('a function that returns the response of InvokeModel gets its bytes again, with their methods', async () => {
  const body = {
    type: 'message',
    content: [{ type: 'text', text: 'Hello' }],
    stop_reason: 'end_turn',
  };
  await withWire(
    () => ({ body }),
    async ({ cache, server }) => {
      const client = clientOf(server);
      const ask = cachedLlmCall(
        async function ask(text: string) {
          return client.send(invoke({ prompt: text }));
        },
        { cache, adapter: bedrock },
      );
      const [live, hit] = [await ask('Hi'), await ask.withInfo('Hi')];
      expect(hit.info.outcome).toBe('hit');
      expect(hit.response.body.transformToString()).toBe(live.body.transformToString());
      expect(server.count).toBe(1);
      client.destroy();
    },
  );
});
