import { bedrock } from '@cached-llm/bedrock';
import { until } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { converseEvents, converseStream, eventsOf, withWire } from './wire.ts';

const events = converseEvents();

describe('a repeated stream', () => {
  test('is stored at its last event, even where its reader stops there', async () => {
    await withWire(
      () => ({ events, ending: 'hang' }),
      async ({ client, server, story }) => {
        const { stream } = await client.send(converseStream());
        for await (const event of stream ?? []) if (event.metadata) break;
        await until('it is stored', () => story.includes('stored'));
        expect((await eventsOf(client, converseStream())).chunks).toEqual(events);
        expect(server.count).toBe(1);
      },
    );
  });

  test('ends with its last two events in either order', async () => {
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

describe('a stream of Converse is not stored', () => {
  const [opening = {}, text = {}, , stop = {}] = events;
  test.each<[string, readonly object[]]>([
    ['with two openings', [opening, text, ...events]],
    ['with a text after the end of its block', events.toSpliced(4, 0, text)],
    ['without the end of a block', events.toSpliced(3, 1)],
    ['with a block that ends twice', events.toSpliced(3, 0, stop)],
    [
      'without its first block',
      events.toSpliced(1, 3, { contentBlockDelta: { contentBlockIndex: 1, delta: { text: 'A' } } }),
    ],
    ['with a block after its reason', [...events.toSpliced(-1, 1), text, ...events.slice(-1)]],
  ])('%s', async (_name, given) => {
    await withWire(
      () => ({ events: given }),
      async ({ client, story }) => {
        for (const _round of [1, 2]) await eventsOf(client, converseStream());
        expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
      },
    );
  });
});

describe('a running stream', () => {
  test('continues without the caller that started it while another one reads', async () => {
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

  test('is aborted at the provider when its only caller aborts before the first event', async () => {
    await withWire(
      () => ({ events, latency: 40 }),
      async ({ client, server }) => {
        const own = new AbortController();
        const asking = client.send(converseStream(), { abortSignal: own.signal });
        await until('the provider is asked', () => server.count === 1);
        own.abort();
        await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
        await until('the provider sees the abort', () => server.requests[0]?.aborted);
      },
    );
  });
});

describe('the answer that is assembled from events', () => {
  test('equals the answer of Converse', () => {
    const thought = { text: 'Hm', signature: 'sig' };
    const said = [
      start(0, undefined),
      delta(0, { reasoningContent: { text: 'H' } }),
      delta(0, { reasoningContent: { text: 'm' } }),
      delta(0, { reasoningContent: { signature: 'sig' } }),
      ...[stop(0), delta(1, { text: 'Hel' }), delta(1, { text: 'lo' }), stop(1)],
      ...[...toolEvents('{"city":', '"Oslo"}'), stop(2)],
      ...[start(3, { toolUse: { toolUseId: 't2', name: 'now' } }), stop(3)],
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
});

function start(contentBlockIndex: number, start: unknown) {
  return { contentBlockStart: { contentBlockIndex, start } };
}

function delta(contentBlockIndex: number, delta: unknown) {
  return { contentBlockDelta: { contentBlockIndex, delta } };
}

function stop(contentBlockIndex: number) {
  return { contentBlockStop: { contentBlockIndex } };
}

function toolEvents(...pieces: readonly string[]) {
  const deltas = pieces.map((input) => delta(2, { toolUse: { input } }));
  return [start(2, { toolUse: { toolUseId: 't1', name: 'weather' } }), ...deltas];
}
