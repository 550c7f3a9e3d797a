import { randomUUID } from 'node:crypto';
import { createLlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { openai } from '@cached-llm/openai';
import { demoExchanges } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { clientOf, withWire } from './wire.ts';

const { responsesApi } = demoExchanges;

type Item = Record<string, unknown>;

/** One kind of call of the Responses API, and its output, which the id links to it. */
const KINDS: readonly (readonly [string, Item, Item])[] = [
  ['function_call', { name: 'now', arguments: '{}' }, { output: 'noon' }],
  ['custom_tool_call', { name: 'now', input: 'here' }, { output: 'noon' }],
  ['local_shell_call', { action: { type: 'exec', command: ['date'] } }, { output: 'noon' }],
];

const call = (type: string, [call_id, fields]: readonly [string, Item]) => ({
  type,
  call_id,
  ...fields,
});

/** A conversation whose second call is answered first where it is `crossed`. */
function conversation([type, fields, output]: (typeof KINDS)[number], crossed = false): Item[] {
  const [one, other] = [randomUUID(), `call_${randomUUID()}`];
  const answered = crossed ? [other, one] : [one, other];
  return [
    { role: 'user', content: 'When?' },
    ...[one, other].map((id, place) => call(type, [id, { ...fields, status: `${place}` }])),
    ...answered.map((id) => call(`${type}_output`, [id, output])),
  ];
}

describe.each(KINDS)('the ids that a client makes of a %s', (...kind) => {
  test('are renamed by their order', async () => {
    await withWire({ answer: () => responsesApi.response }, async ({ client, server }) => {
      for (const crossed of [false, false, true, true]) {
        const input = conversation(kind, crossed) as never; // of more kinds than the type knows
        await client.responses.create({ model: 'gpt-4o', store: false, input });
      }
      expect(server.count).toBe(2);
    });
  });

  test('are renamed for a client with a cached fetch, with the adapter and without', async () => {
    for (const adapter of [openai, undefined]) {
      await withWire({ answer: () => responsesApi.response }, async ({ server }) => {
        const fetch = cachedFetch({ cache: createLlmCache(), ...(adapter && { adapter }) });
        const client = clientOf(server, { fetch });
        for (const crossed of [false, false, true]) {
          const input = conversation(kind, crossed) as never; // likewise
          await client.responses.create({ model: 'gpt-4o', store: false, input });
        }
        expect(server.count).toBe(2);
      });
    }
  });
});

test('an id that the server made counts', async () => {
  await withWire({ answer: () => responsesApi.response }, async ({ client, server }) => {
    for (const id of ['call_Xk2ab9ZpQ0rsT4uvWx1yzAbc', 'call_0bcDefGh1jkLmNop2rsTuvWx']) {
      const input = [
        call('function_call', [id, { name: 'now', arguments: '{}' }]),
        call('function_call_output', [id, { output: 'noon' }]),
      ] as never; // likewise
      await client.responses.create({ model: 'gpt-4o', store: false, input });
    }
    expect(server.count).toBe(2);
  });
});
