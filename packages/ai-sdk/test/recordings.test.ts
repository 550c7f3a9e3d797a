import { cachedAiSdk } from '@cached-llm/ai-sdk';
import { createLlmCache } from '@cached-llm/core';
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
import { allOf, oneByOne, providerOf } from './wire.ts';

type Api = 'chat' | 'responses' | 'completion' | 'embedding';

interface Case {
  readonly name: string;
  readonly api: Api;
  readonly streamed: boolean;
  readonly params: object;
  readonly response: ExchangeResponse;
}

const user = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] });

type Model = Parameters<typeof cachedAiSdk>[0] & {
  doGenerate(params: object): Promise<object>;
  doStream(params: object): Promise<{ stream: AsyncIterable<unknown> }>;
  doEmbed(params: object): Promise<object>;
};

async function outcomeOf(model: Model, { api, streamed, params }: Case): Promise<unknown> {
  try {
    if (streamed) return await allOf((await model.doStream(params)).stream);
    const call = api === 'embedding' ? model.doEmbed(params) : model.doGenerate(params);
    const { request: _request, response, ...said } = (await call) as Record<string, unknown>;
    const {
      headers: _headers,
      body: _body,
      ...metadata
    } = (response ?? {}) as object & {
      headers?: unknown;
      body?: unknown;
    };
    return { ...said, metadata };
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
  let key = '';
  cache.on('miss', (event) => (key = event.key));
  const made = providerOf(server, { baseURL: `${server.url}/v1` })[each.api]('gpt-test');
  // A fixed place, so that the keys of several servers can be compared.
  const model = Object.assign(made, {
    config: { ...Reflect.get(made, 'config'), baseURL: 'https://a.test' },
  });
  const cached = cachedAiSdk(model as never, { cache, admit: { 'hosted-tool': true } }) as never;
  const first = await outcomeOf(cached, each);
  const second = await outcomeOf(cached, each);
  const { count } = server;
  await server.close();
  await cache.close();
  if (typeof first === 'string') reason ??= first.split('\n')[0]?.slice(0, 100);
  return { first, second, count, reason, key };
}

async function check(cases: readonly Case[]) {
  const unfit: string[] = [];
  const keys = new Map<string, string>();
  for (const each of cases) {
    const { first, second, count, reason, key } = await askTwice(each);
    expect([each.name, second]).toEqual([each.name, first]);
    expect([each.name, count]).toEqual([each.name, reason === undefined ? 1 : 2]);
    if (reason !== undefined) unfit.push(`${each.name}: ${reason}`);
    keys.set(each.name, key);
  }
  return { unfit, keys };
}

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([name, part]) => [name, shuffled(part)]));
}

/** The recorded request as parameters: its fields as options of a provider that sends none of them. */
function paramsOf(request: unknown) {
  return { prompt: [user('Hi')], providerOptions: { recorded: request } };
}

const APIS: readonly (readonly [RegExp, Api])[] = [
  [/\/chat\/completions$/, 'chat'],
  [/\/v1\/responses$/, 'responses'],
];

const pairCases = () =>
  recordedPairs().flatMap((pair): Case[] => {
    const api = APIS.find(([path]) => path.test(new URL(pair.url).pathname))?.[1];
    const { response } = toExchange(pair);
    const streamed = pair.kind === 'sse';
    const params = paramsOf(pair.request);
    return api === undefined ? [] : [{ name: pair.source, api, streamed, params, response }];
  });

describeWithFixtures({ describe, test }, 'recordings of real services', () => {
  test('every recorded answer is asked for once and given twice', async () => {
    const cases = recordedAnswers('openai')
      .flatMap(oneByOne)
      .flatMap((answer): Case[] => {
        if (!['chat', 'completion', 'embedding', 'responses'].includes(answer.sub)) return [];
        const api = answer.sub as Api; // just looked at
        const name = `${answer.sub}/${answer.name} ${answer.kind}`;
        const params = api === 'embedding' ? { values: ['a', 'b'] } : { prompt: [user(name)] };
        const streamed = answer.kind === 'stream';
        const response: ExchangeResponse =
          answer.kind === 'stream'
            ? { kind: 'sse', body: answerAsServerSentEvents(answer) }
            : { body: answer.json };
        return [{ name, api, streamed, params, response }];
      });
    const { unfit } = await check(cases);
    console.info(
      `${cases.length - unfit.length} of ${cases.length} answers from the store; not kept:\n${unfit.join('\n')}`,
    );
    expect(cases.length).toBeGreaterThan(40);
  }, 120_000);

  test('every recorded pair is asked once and answered twice, under a key of its own', async () => {
    const cases = pairCases();
    const { unfit, keys } = await check(cases);
    const keyed = cases.filter(({ name }) => keys.get(name) !== '');
    const requests = new Set(
      keyed.map((each) => JSON.stringify([each.api, each.streamed, sorted(each.params)])),
    );
    console.info(
      `${cases.length - unfit.length} of ${cases.length} pairs from the store; not kept:\n${unfit.join('\n')}`,
    );
    expect(cases.length).toBeGreaterThan(250);
    expect(unfit.length).toBeLessThan(cases.length / 5);
    expect(new Set(keyed.map(({ name }) => keys.get(name))).size).toBe(requests.size);
    const again = await check(
      cases.slice(0, 60).map((each) => ({ ...each, params: shuffled(each.params) as object })),
    );
    for (const [name, key] of again.keys) expect(key).toBe(keys.get(name));
  }, 240_000);
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, sorted(part)]));
}
