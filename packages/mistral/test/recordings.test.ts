import { createLlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { cachedMistral, mistral } from '@cached-llm/mistral';
import {
  answerAsServerSentEvents,
  describeWithFixtures,
  type ExchangeResponse,
  recordedAnswers,
  recordedPairs,
  startWireServer,
  toExchange,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import type { Mistral } from '@mistralai/mistralai';
import { chunksOf, clientOf } from './wire.ts';

interface Case {
  readonly name: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly response: ExchangeResponse;
}

/** What belongs to the user keeps its names. */
const OWN = new Set(['parameters', 'arguments', 'schema']);

/** A request of the wire in the words of the SDK. */
function inWordsOfTheSdk(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inWordsOfTheSdk);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, part]) => [
    name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()),
    OWN.has(name) ? part : inWordsOfTheSdk(part),
  ]);
  return Object.fromEntries(fields);
}

async function outcomeOf(client: Mistral, { request }: Case): Promise<unknown> {
  const tools = Array.isArray(request.tools)
    ? request.tools.map((tool) => ({ type: 'function', ...tool })) // the SDK wants it said
    : undefined;
  const asked = inWordsOfTheSdk({ ...request, tools }) as never; // recorded from the service itself
  try {
    if (request.stream === true) return await chunksOf(await client.chat.stream(asked));
    return await client.chat.complete(asked);
  } catch (error) {
    return `${(error as Error).constructor.name}: ${(error as Error).message}`;
  }
}

/** Asks twice through one cache; says why the answer was not kept, if it was not. */
async function askTwice(each: Case) {
  const server = await startWireServer({ answer: () => each.response });
  const cache = createLlmCache();
  let reason: string | undefined;
  cache.on('not-admitted', (event) => (reason = event.reason));
  cache.on('bypass', (event) => (reason = `bypass: ${event.reason}`));
  const client = cachedMistral(clientOf(server), { cache });
  const first = await outcomeOf(client, each);
  const second = await outcomeOf(client, each);
  const { count } = server;
  await server.close();
  return { first, second, count, reason };
}

async function unfitOf(cases: readonly Case[]): Promise<readonly string[]> {
  const unfit: string[] = [];
  for (const each of cases) {
    const { first, second, count, reason } = await askTwice(each);
    expect([each.name, second]).toEqual([each.name, first]);
    expect([each.name, typeof first, first]).toEqual([each.name, 'object', first]);
    expect([each.name, count]).toEqual([each.name, reason === undefined ? 1 : 2]);
    if (reason !== undefined) unfit.push(`${each.name}: ${reason}`);
  }
  const kept = `${cases.length - unfit.length} of ${cases.length} from the store`;
  console.info([`${kept}; not kept:`, ...unfit].join('\n'));
  return unfit;
}

const question = { model: 'mistral-test', messages: [{ role: 'user', content: 'Hi' }] };
const pairs = () => recordedPairs({ provider: 'mistral' });

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, part]) => [name, reversed(part)]),
  );
}

/** What stays of a request without what the answer does not depend on, to be compared. */
function covered(request: object): string {
  const fields = Object.entries(request).filter(([name]) => !mistral.ignore.includes(name));
  const { stream } = request as { stream?: boolean };
  return JSON.stringify([...fields.sort(), stream === true]);
}

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every recorded pair is asked once and answered twice', async () => {
    const cases = pairs().map((pair) => ({
      name: pair.source,
      request: pair.request as Case['request'], // chat completions, all of them
      response: toExchange(pair).response,
    }));
    const unfit = await unfitOf(cases);
    expect(cases).toHaveLength(30);
    expect(unfit.length).toBeLessThan(4);
  });

  test('every recorded answer is asked for once and given twice', async () => {
    const cases = recordedAnswers('mistral').map((answer) => ({
      name: `${answer.name} ${answer.kind}`,
      request: { ...question, stream: answer.kind === 'stream' },
      response:
        answer.kind === 'stream'
          ? { kind: 'sse' as const, body: answerAsServerSentEvents(answer) }
          : { body: answer.json },
    }));
    expect(await unfitOf(cases)).toEqual([]);
    expect(cases).toHaveLength(7);
  });

  test('distinct requests have distinct keys, whatever the order of their fields', async () => {
    let asked = 0;
    const answer = pairs().find(({ kind }) => kind === 'json')?.response;
    const upstream = async () => {
      asked += 1;
      return Response.json(answer);
    };
    const ask = cachedFetch({ cache: createLlmCache(), adapter: mistral, fetch: upstream });
    const post = (url: string, request: unknown) =>
      ask(url, { method: 'POST', body: JSON.stringify(request) });
    for (const { url, request } of pairs()) await post(url, request);
    const distinct = new Set(pairs().map(({ request }) => covered(request as object)));
    expect(asked).toBe(distinct.size);
    for (const { url, request } of pairs()) await post(url, reversed(request));
    expect(asked).toBe(distinct.size);
  });
});
