import { createLlmCache } from '@cached-llm/core';
import { cachedFetch, type Fetch } from '@cached-llm/http';
import {
  describeWithFixtures,
  type RecordedPair,
  recordedPairs,
  startWireServer,
  toExchange,
  type WireServer,
} from '@cached-llm/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesOf } from './wire.ts';

/** Sends requests for the provider to the server that replays its recordings. */
const towards =
  (server: WireServer, pair: number): Fetch =>
  (_input, init) =>
    fetch(`${server.url}/${pair}`, init);

/** OpenRouter sends it after `response.completed`, at which such a stream is stored. */
const SECOND_MARKER = 'data: [DONE]\n\n';

const asked = ({ method, requestHeaders, request, requestText }: RecordedPair): RequestInit => ({
  method,
  headers: requestHeaders,
  body: requestText ?? JSON.stringify(request),
});

type Named = readonly (readonly [name: string, value: unknown])[];

/** A copy with the names of every object in another order, but for the fields of a schema, whose order counts. */
function inOrder(value: unknown, order: (fields: Named) => Named, of = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => inOrder(item, order));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(
    ([name, field]) => [name, inOrder(field, order, name)] as const,
  );
  return Object.fromEntries(of === 'properties' ? fields : order(fields));
}

const turned = (value: unknown) => inOrder(value, (fields) => fields.toReversed());

/** One text for one request, which the code under test does not compute. */
const sorted = (value: unknown) =>
  inOrder(value, (fields) => fields.toSorted(([one], [other]) => (one < other ? -1 : 1)));

const requestText = ({ url, requestHeaders, request }: RecordedPair): string => {
  const { 'content-type': _type, ...headers } = requestHeaders;
  return JSON.stringify([url, sorted(headers), sorted(request)]);
};

async function inBatches<Item, Result>(
  items: readonly Item[],
  run: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += 32) {
    const batch = items.slice(start, start + 32);
    results.push(...(await Promise.all(batch.map((item, at) => run(item, start + at)))));
  }
  return results;
}

describeWithFixtures({ describe, test }, 'recordings of every provider', () => {
  const pairs = recordedPairs();
  let server: WireServer;
  beforeAll(async () => {
    server = await startWireServer({
      answer: ({ path }) => {
        const pair = pairs[Number(path.slice(1))];
        if (pair === undefined) throw new Error(`No pair ${path}`);
        const { response, gzip = false } = toExchange(pair);
        return { ...response, gzip };
      },
    });
  });
  afterAll(async () => server.close());

  /** Asks twice through one new cache. Returns the reason where the answer was not stored. */
  async function askTwice(pair: RecordedPair, index: number) {
    const cache = createLlmCache();
    let reason: string | undefined;
    cache.on('not-admitted', (event) => {
      reason = event.reason;
    });
    cache.on('bypass', (event) => {
      reason = `bypass, ${event.reason}`;
    });
    let requests = 0;
    const upstream = towards(server, index);
    const cached = cachedFetch({
      cache,
      fetch: (...given) => {
        requests += 1;
        return upstream(...given);
      },
    });
    const [first, second] = [
      await bytesOf(await cached(pair.url, asked(pair))),
      await bytesOf(await cached(pair.url, asked(pair))),
    ];
    return { first, second, requests, reason };
  }

  test('are requested once and returned twice, byte for byte', async () => {
    const stored = new Map<string, number>();
    const unfit = new Map<string, number>();
    const results = await inBatches(pairs, async (pair, index) => ({
      pair,
      ...(await askTwice(pair, index)),
    }));
    for (const { pair, first, second, requests, reason } of results) {
      const isSame = second.equals(first.subarray(0, second.length));
      expect([pair.source, isSame]).toEqual([pair.source, true]);
      expect(['', SECOND_MARKER]).toContain(first.subarray(second.length).toString());
      expect([pair.source, requests]).toEqual([pair.source, reason === undefined ? 1 : 2]);
      const counts = reason === undefined ? stored : unfit;
      const name = `${pair.provider} ${pair.kind}${reason === undefined ? '' : `: ${reason}`}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    console.info('stored', Object.fromEntries(stored), 'not stored', Object.fromEntries(unfit));
    expect(pairs.length).toBeGreaterThan(900);
    const bypassed = [...unfit].filter(([name]) => name.includes('bypass'));
    const sum = (counts: readonly (readonly [string, number])[]) =>
      counts.reduce((all, [, count]) => all + count, 0);
    // Counts of tokens, compactions, files, vector stores and conversations: none of them generates or embeds.
    expect(sum(bypassed)).toBeLessThan(90);
    const hosted = [...unfit].filter(([name]) => name.includes('hosted-tool'));
    expect(sum(hosted)).toBeLessThan(45); // 38 were made with what runs at a provider
    expect(sum([...unfit]) - sum(bypassed) - sum(hosted)).toBeLessThan(60);
  });

  test('have one key each, for any order of their fields', async () => {
    const cache = createLlmCache();
    const keys = new Map<string, Set<string>>();
    let key: string | undefined;
    for (const name of ['miss', 'hit'] as const) cache.on(name, (event) => (key = event.key));
    cache.on('bypass', () => (key = undefined));
    const cached = cachedFetch({ cache, fetch: async () => Response.json({}) });
    const keyOf = async (pair: RecordedPair, body: string) => {
      await cached(pair.url, { ...asked(pair), body });
      return key;
    };
    const keyed: RecordedPair[] = [];
    for (const pair of pairs) {
      const straight = await keyOf(pair, pair.requestText ?? JSON.stringify(pair.request));
      const backwards = await keyOf(pair, JSON.stringify(turned(pair.request), null, 1));
      expect([pair.source, backwards]).toEqual([pair.source, straight]);
      if (straight === undefined) continue;
      keyed.push(pair);
      keys.set(straight, (keys.get(straight) ?? new Set()).add(requestText(pair)));
    }
    const distinct = new Set(keyed.map(requestText));
    console.info(`${keyed.length} requests, ${distinct.size} of them distinct, ${keys.size} keys`);
    expect(keys.size).toBe(distinct.size);
    expect([...keys.values()].every((requests) => requests.size === 1)).toBe(true);
  });
});
