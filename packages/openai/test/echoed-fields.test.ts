import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { openai } from '@cached-llm/openai';
import { chunksOf } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';

const content = [{ type: 'output_text', text: 'Hello', annotations: [] }];
const output = [{ type: 'message', id: 'm', role: 'assistant', status: 'completed', content }];
const alice = { metadata: { who: 'alice' }, user: 'alice', safety_identifier: 'alice' };
const response = { id: 'r', object: 'response', status: 'completed', model: 'm', output, ...alice };
const events = [
  { type: 'response.created', response: { ...response, output: [] } },
  { type: 'response.output_text.delta', delta: '"response": alice? No.' },
  { type: 'response.completed', response },
];

const whole = () => Response.json(response);
const wire = events
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join('');
const streamed = () => new Response(wire, { headers: { 'content-type': 'text/event-stream' } });

async function answersTo(upstream: () => Response, requests: readonly object[]) {
  const texts: string[] = [];
  let count = 0;
  const fetch = cachedFetch({
    cache: createLlmCache(),
    adapter: openai,
    fetch: async () => {
      count += 1;
      return upstream();
    },
  });
  const url = 'https://api.openai.com/v1/responses';
  for (const fields of requests) {
    const body = JSON.stringify({ model: 'm', input: 'Hi', store: false, ...fields });
    texts.push(await (await fetch(url, { method: 'POST', body })).text());
  }
  return { texts, count };
}

const bob = { metadata: { who: 'bob' }, user: 'bob' };

test('a hit repeats the fields of its own request, and not those of the first', async () => {
  const { texts, count } = await answersTo(whole, [alice, alice, bob, {}]);
  const seen = texts.map((text) => JSON.parse(text));
  expect(count).toBe(1);
  expect(seen.slice(0, 2)).toEqual([response, response]);
  expect(seen[2]).toEqual({ ...response, ...bob, safety_identifier: null });
  expect(seen[3]).toEqual({ ...response, metadata: {}, user: null, safety_identifier: null });
  expect(texts[1]).toBe(texts[0]);
});

test('so does each event of a stream, and its texts stay as they are', async () => {
  const { texts, count } = await answersTo(
    streamed,
    [alice, alice, bob].map((fields) => ({ ...fields, stream: true })),
  );
  expect(count).toBe(1);
  expect(texts[1]).toBe(texts[0]);
  const own = { ...bob, safety_identifier: null };
  const [first, delta, last] = (texts[2] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)));
  expect(first).toEqual({
    type: 'response.created',
    response: { ...response, output: [], ...own },
  });
  expect(delta).toEqual(events[1]);
  expect(last).toEqual({ type: 'response.completed', response: { ...response, ...own } });
});

test('so does each event for a caller who joins a running stream, however it is cut', async () => {
  for (const size of [1, 7, 1_000]) {
    const bytes = new TextEncoder().encode(wire.replaceAll('Hello', 'Hello \u2028 🌊'));
    let place = 0;
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          if (place >= bytes.length) return controller.close();
          controller.enqueue(bytes.slice(place, place + size));
          place += size;
        },
      });
    let count = 0;
    const upstream = async () => {
      count += 1;
      return new Response(body(), { headers: { 'content-type': 'text/event-stream' } });
    };
    const fetch = cachedFetch({ cache: createLlmCache(), adapter: openai, fetch: upstream });
    const ask = async (fields: object) => {
      const sent = JSON.stringify({
        model: 'm',
        input: 'Hi',
        store: false,
        stream: true,
        ...fields,
      });
      const init = { method: 'POST', body: sent };
      return (await fetch('https://api.openai.com/v1/responses', init)).text();
    };
    const [first, joined, again] = await Promise.all([ask(alice), ask(bob), ask(alice)]);
    expect(count).toBe(1);
    expect(first).toBe(new TextDecoder().decode(bytes));
    expect(again).toBe(first);
    const own = { metadata: bob.metadata, user: 'bob', safety_identifier: null };
    const expected = [
      { ...response, output: [], ...own },
      { ...response, ...own },
    ];
    const seen = joined
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => JSON.parse(line.slice(6)).response)
      .filter((each) => each !== undefined);
    expect(seen.map((each) => ({ ...each, output: [] }))).toEqual(
      expected.map((each) => ({ ...each, output: [] })),
    );
    expect(joined).toContain('Hello \u2028 🌊');
    expect(joined.slice(-2)).toBe('\n\n');
  }
});

const asked = (fields: object) => ({ model: 'm', input: 'Hi', store: false, ...fields });
const bobs = { ...bob, safety_identifier: null };

test('a hit of a function repeats the fields of its own request', async () => {
  let count = 0;
  const ask = cachedLlmCall(
    async (_request: object) => {
      count += 1;
      return response;
    },
    { cache: createLlmCache(), adapter: openai },
  );
  const together = await Promise.all([ask(asked(alice)), ask(asked(bob))]);
  expect(together).toEqual([response, { ...response, ...bobs }]);
  expect([await ask(asked(alice)), await ask(asked(bob))]).toEqual(together);
  expect(count).toBe(1);
});

test('so does each event of a stream of a function, while it runs and afterwards', async () => {
  let count = 0;
  const stream = cachedLlmCall(
    async function* stream(_request: object) {
      count += 1;
      yield* events;
    },
    { cache: createLlmCache(), adapter: openai },
  );
  const read = async (fields: object) => chunksOf<object>(await stream(asked(fields)));
  const own = events.map((event) =>
    event.response === undefined ? event : { ...event, response: { ...event.response, ...bobs } },
  );
  expect(await Promise.all([read(alice), read(bob)])).toEqual([events, own]);
  expect([await read(alice), await read(bob)]).toEqual([events, own]);
  expect(count).toBe(1);
});

test('a function of another argument than a request of the provider returns what it returned', async () => {
  const ask = cachedLlmCall(async (_own: { readonly question: string }) => response, {
    ...{ cache: createLlmCache(), adapter: openai },
  });
  for (const _round of [1, 2]) expect(await ask({ question: 'Hi' })).toEqual(response);
});
