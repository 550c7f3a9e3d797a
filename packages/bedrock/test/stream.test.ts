import { bedrock } from '@cached-llm/bedrock';
import { cachedLlmCall } from '@cached-llm/core';
import { describe, expect, test } from '@jest/globals';
import type { BedrockAnswer } from './bedrock-server.ts';
import { clientOf, converseEvents, converseStream, eventsOf, withWire } from './wire.ts';

const events = converseEvents();
const [first, ...others] = events;

describe('a repeated stream', () => {
  test('is given event by event, as it came', async () => {
    await withWire(
      () => ({ events }),
      async ({ client, server, story }) => {
        const live = await eventsOf(client, converseStream());
        const replayed = await eventsOf(client, converseStream());
        expect(replayed).toStrictEqual(live);
        expect(replayed.chunks).toEqual(events);
        expect([server.count, story]).toEqual([1, ['miss', 'stored', 'hit']]);
      },
    );
  });

  test.each([1, 7, 100])('is the same in writes of %s bytes', async (chunkSize) => {
    await withWire(
      () => ({ events, chunkSize }),
      async ({ client, server }) => {
        const live = await eventsOf(client, converseStream());
        expect(live.chunks).toEqual(events);
        expect((await eventsOf(client, converseStream())).chunks).toEqual(events);
        expect(server.count).toBe(1);
      },
    );
  });

  test('is out before the provider has ended', async () => {
    const silent = { events: events.slice(0, 1), ending: 'hang' as const };
    await withWire(
      () => silent,
      async ({ client }) => {
        const { stream } = await client.send(converseStream());
        const iterator = stream?.[Symbol.asyncIterator]();
        expect((await iterator?.next())?.value).toEqual(first);
        await iterator?.return?.();
      },
    );
  });

  test('is stored with its last event, even for a reader who stops there', async () => {
    await withWire(
      () => ({ events, ending: 'hang' }),
      async ({ client, server, story }) => {
        const { stream } = await client.send(converseStream());
        for await (const event of stream ?? []) if (event.metadata) break;
        await eventually(() => story.includes('stored'));
        expect((await eventsOf(client, converseStream())).chunks).toEqual(events);
        expect(server.count).toBe(1);
      },
    );
  });

  test('ends in whatever order its two last events come', async () => {
    const reversed = [...events.slice(0, -2), ...events.slice(-2).reverse()];
    await withWire(
      () => ({ events: reversed }),
      async ({ client, server }) => {
        await eventsOf(client, converseStream());
        expect((await eventsOf(client, converseStream())).chunks).toEqual(reversed);
        expect(server.count).toBe(1);
      },
    );
  });
});

describe('a running stream', () => {
  test('gives followers every event', async () => {
    await withWire(
      () => ({ events, latency: 5 }),
      async ({ client, server, story }) => {
        const ask = () => eventsOf(client, converseStream());
        const [leading, following] = await Promise.all([ask(), ask()]);
        expect(following).toStrictEqual(leading);
        expect([server.count, story.includes('collapsed')]).toEqual([1, true]);
      },
    );
  });

  test('outlives the caller that started it, for as long as another reads', async () => {
    await withWire(
      () => ({ events, latency: 10 }),
      async ({ client, server }) => {
        const leader = new AbortController();
        const leading = client.send(converseStream(), { abortSignal: leader.signal });
        const following = eventsOf(client, converseStream());
        const { stream } = await leading;
        await expect(async () => {
          for await (const _event of stream ?? []) leader.abort();
        }).rejects.toMatchObject({ name: 'AbortError' });
        expect((await following).chunks).toEqual(events);
        expect((await eventsOf(client, converseStream())).chunks).toEqual(events);
        expect([server.count, server.requests[0]?.aborted]).toEqual([1, false]);
      },
    );
  });

  test.each(['breaks', 'aborts'])('is stopped upstream when its only reader %s', async (how) => {
    await withWire(
      () => ({ events, latency: 20 }),
      async ({ client, server, story }) => {
        const own = new AbortController();
        const { stream } = await client.send(converseStream(), { abortSignal: own.signal });
        for await (const _event of stream ?? []) {
          if (how === 'aborts') own.abort();
          break;
        }
        await eventually(() => server.requests[0]?.aborted === true);
        expect(story).toEqual(['miss', 'not-admitted']);
        expect((await eventsOf(client, converseStream())).chunks).toEqual(events);
        expect(server.count).toBe(2);
      },
    );
  });

  test('is stopped upstream when its only caller leaves before the first event', async () => {
    await withWire(
      () => ({ events, latency: 40 }),
      async ({ client, server }) => {
        const own = new AbortController();
        const asking = client.send(converseStream(), { abortSignal: own.signal });
        await eventually(() => server.count === 1);
        own.abort();
        await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
        await eventually(() => server.requests[0]?.aborted === true);
      },
    );
  });
});

describe('a stream that is not worth keeping', () => {
  const stops = [
    'max_tokens',
    'content_filtered',
    'guardrail_intervened',
    'malformed_model_output',
  ];

  test.each([
    ...stops.map((stop): [string, BedrockAnswer] => [stop, { events: converseEvents(stop) }]),
    ...events.map((_event, index): [string, BedrockAnswer] => [
      `ended after ${index} events`,
      { events: events.slice(0, index) },
    ]),
    ['cut', { events: events.slice(0, 3), ending: 'cut' as const }],
    ['without a word', { events: [first ?? {}, ...others.slice(-2)] }],
    ['a tool call torn', { events: [...toolEvents('{"a":'), ...events.slice(-2)] }],
    [
      'an error',
      { events: [...events.slice(0, 2), { modelStreamErrorException: { message: 'no' } }] },
    ],
    ['an error at once', { events: [{ throttlingException: { message: 'slow' } }] }],
  ])('is given as it comes, and not stored: %s', async (_name, answer) => {
    await withWire(
      () => answer,
      async ({ client, server, story }) => {
        const plain = await outcomeOf(() => eventsOf(clientOf(server), converseStream()));
        for (const _round of [1, 2]) {
          expect(await outcomeOf(() => eventsOf(client, converseStream()))).toEqual(plain);
        }
        expect([server.count, story.includes('stored')]).toEqual([3, false]);
      },
    );
  });
});

describe('the whole answer, from its events', () => {
  test('is what Converse would have said', () => {
    const thought = { text: 'Hm', signature: 'sig' };
    const said = [
      start(0, undefined),
      delta(0, { reasoningContent: { text: 'H' } }),
      delta(0, { reasoningContent: { text: 'm' } }),
      delta(0, { reasoningContent: { signature: 'sig' } }),
      delta(1, { text: 'Hel' }),
      delta(1, { text: 'lo' }),
      ...toolEvents('{"city":', '"Oslo"}'),
      start(3, { toolUse: { toolUseId: 't2', name: 'now' } }),
      { messageStop: { stopReason: 'tool_use', additionalModelResponseFields: { x: 1 } } },
      { metadata: { usage: { inputTokens: 1, outputTokens: 2 }, metrics: { latencyMs: 3 } } },
    ];
    expect(bedrock.stream.assemble([{ messageStart: { role: 'assistant' } }, ...said])).toEqual({
      output: {
        message: {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: thought } },
            { text: 'Hello' },
            { toolUse: { toolUseId: 't1', name: 'weather', input: { city: 'Oslo' } } },
            { toolUse: { toolUseId: 't2', name: 'now', input: {} } },
          ],
        },
      },
      stopReason: 'tool_use',
      additionalModelResponseFields: { x: 1 },
      usage: { inputTokens: 1, outputTokens: 2 },
      metrics: { latencyMs: 3 },
    });
  });

  test('serves a function that streams', async () => {
    await withWire(
      () => ({ events }),
      async ({ server, cache }) => {
        const client = clientOf(server);
        const ask = cachedLlmCall(
          async function* ask(request: object) {
            yield* (await client.send(converseStream(request))).stream ?? [];
          },
          { cache, adapter: bedrock },
        );
        for (const _round of [1, 2]) {
          const chunks: unknown[] = [];
          for await (const chunk of await ask({})) chunks.push(chunk);
          expect(chunks).toEqual(events);
        }
        expect(server.count).toBe(1);
      },
    );
  });
});

function start(contentBlockIndex: number, start: unknown) {
  return { contentBlockStart: { contentBlockIndex, start } };
}

function delta(contentBlockIndex: number, delta: unknown) {
  return { contentBlockDelta: { contentBlockIndex, delta } };
}

function toolEvents(...pieces: readonly string[]) {
  const deltas = pieces.map((input) => delta(2, { toolUse: { input } }));
  return [start(2, { toolUse: { toolUseId: 't1', name: 'weather' } }), ...deltas];
}

async function outcomeOf(ask: () => Promise<{ readonly chunks: unknown }>): Promise<unknown> {
  try {
    return (await ask()).chunks;
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

async function eventually(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !isTrue(); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(isTrue()).toBe(true);
}
