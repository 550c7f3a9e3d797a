import { describe, expect, test } from '@jest/globals';
import {
  type RecordedPair,
  recordedPairs,
  toExchange,
} from '../../src/recorded-exchanges/recorded-pairs.ts';
import { describeWithFixtures } from '../../src/recorded-exchanges/recordings-folder.ts';
import { splitServerSentEvents } from '../../src/wire-server/server-sent-events.ts';
import { post, withServers } from '../wire-server/with-server.ts';

const start = withServers();
const handMade: RecordedPair = {
  source: 'hand#0',
  provider: 'openai',
  method: 'POST',
  url: 'https://api.example.com/v1/x?alt=sse#stream',
  requestHeaders: {},
  request: { a: 1 },
  requestText: undefined,
  status: 200,
  responseHeaders: {
    'content-type': 'application/json',
    'content-encoding': 'br',
    'transfer-encoding': 'chunked',
  },
  response: { b: 2 },
  kind: 'json',
};

describe('a pair as an exchange', () => {
  test('has its path and query, and a compression that this server supports', async () => {
    const server = await start({ exchanges: [toExchange(handMade)] });
    const response = await post(`${server.url}/v1/x?alt=sse`, { a: 1 });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.json()).toEqual({ b: 2 });
  });
});

describeWithFixtures({ describe, test }, 'the recorded pairs', () => {
  const pairs = recordedPairs();

  test('are filtered by provider and by kind', () => {
    const found = recordedPairs({ provider: 'anthropic', kind: 'sse' });
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found.map(({ provider, kind }) => `${provider} ${kind}`))).toEqual(
      new Set(['anthropic sse']),
    );
  });

  test('can be read: 840 JSON answers and 72 event streams, whose events add up to their texts', () => {
    const streams = pairs
      .filter(({ kind }) => kind === 'sse')
      .map(({ response }) => String(response));
    process.stderr.write(`recorded pairs: ${pairs.length}, of them ${streams.length} streams\n`);
    expect([pairs.length, streams.length]).toEqual([912, 72]);
    expect(streams.every((text) => splitServerSentEvents(text).join('') === text)).toBe(true);
    expect(streams.every((text) => splitServerSentEvents(text).length > 0)).toBe(true);
  });

  test('are answered by a server as they were recorded', async () => {
    const exchanges = pairs.map(toExchange);
    const server = await start({ exchanges });
    const failed: string[] = [];
    for (const exchange of exchanges) {
      const text = await (await post(`${server.url}${exchange.path}`, exchange.request)).text();
      if (!isAnswerOf(exchanges, exchange, text)) failed.push(exchange.name ?? '');
    }
    expect(failed).toEqual([]);
    expect(server.count).toBe(pairs.length);
  });
});

type Pairs = readonly ReturnType<typeof toExchange>[];

/** The first pair answers where several have equal requests. */
function isAnswerOf(exchanges: Pairs, { path, request }: Pairs[number], text: string): boolean {
  const asked = JSON.stringify(request);
  const first = exchanges.find(
    (other) => other.path === path && JSON.stringify(other.request) === asked,
  );
  const body = first?.response.body;
  return text === (typeof body === 'string' ? body : JSON.stringify(body));
}
