import type { LanguageModelV4 } from '@ai-sdk/provider';
import { aiSdk } from '@cached-llm/ai-sdk';
import { decodeValue, encodeValue, type Fields, isFields } from '@cached-llm/core/adapter';
import {
  answerAsServerSentEvents,
  chunksOf,
  describeWithFixtures,
  type ExchangeResponse,
  recordedPairs,
  startWireServer,
  toExchange,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { cross } from '../src/cross.ts';
import { openaiAnswers, providerOf } from './wire.ts';

type Api = 'chat' | 'completion' | 'responses';

interface Recorded {
  readonly name: string;
  readonly api: Api;
  readonly isStream: boolean;
  readonly response: ExchangeResponse;
  /** The plain answer, where the stream itself contains it. */
  readonly plain?: unknown;
}

const question = { prompt: [{ role: 'user' as const, content: [] }] };

/** The result that a store returns, without its HTTP exchange. It is `undefined` for an error. */
async function saidBy<Result>(
  { api, response }: Pick<Recorded, 'api' | 'response'>,
  ask: (model: LanguageModelV4) => Promise<Result>,
): Promise<Result | undefined> {
  const server = await startWireServer({ answer: () => response });
  try {
    // The type is right, because the text was written by the same module.
    return decodeValue(encodeValue(await ask(providerOf(server)[api]('gpt-test')))) as Result;
  } catch {
    return undefined;
  } finally {
    await server.close();
  }
}

const partsOf = (recorded: Recorded) =>
  saidBy(recorded, async (model) => chunksOf((await model.doStream(question)).stream));

const resultOf = (recorded: Pick<Recorded, 'api' | 'response'>) =>
  saidBy(recorded, async (model): Promise<Fields> => {
    const { request: _asked, response, ...said } = await model.doGenerate(question);
    const { headers: _headers, body: _body, ...metadata } = response ?? {};
    return { ...said, response: metadata };
  });

const finalOf = (events: readonly unknown[]) =>
  events.filter(isFields).find(({ type }) => type === 'response.completed')?.response;

function eventsIn(text: unknown): readonly unknown[] {
  const lines = String(text).split('\n');
  const data = lines.filter((line) => line.startsWith('data: {')).map((line) => line.slice(6));
  return data.map((line): unknown => JSON.parse(line));
}

const APIS: readonly Api[] = ['chat', 'completion', 'responses'];

const answers = () =>
  openaiAnswers().flatMap((answer): Recorded[] => {
    const api = APIS.find((name) => name === answer.sub);
    if (api === undefined) return [];
    const name = `${answer.sub}/${answer.name}`;
    if (answer.kind === 'json')
      return [{ name, api, isStream: false, response: { body: answer.json } }];
    const response: ExchangeResponse = { kind: 'sse', body: answerAsServerSentEvents(answer) };
    return [{ name, api, isStream: true, response, plain: finalOf(answer.events) }];
  });

const PATHS: readonly (readonly [RegExp, Api])[] = [
  [/\/chat\/completions$/, 'chat'],
  [/\/v1\/responses$/, 'responses'],
];

const pairs = () =>
  recordedPairs().flatMap((pair): Recorded[] => {
    const api = PATHS.find(([path]) => path.test(new URL(pair.url).pathname))?.[1];
    if (api === undefined) return [];
    const { response } = toExchange(pair);
    const isStream = pair.kind === 'sse';
    const plain = isStream ? finalOf(eventsIn(pair.response)) : undefined;
    return [{ name: pair.source, api, isStream, response, plain }];
  });

function attempt<Result>(make: () => Result): Result | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** Each response encrypts its thoughts anew, and OpenRouter gives them new names. */
const readable = (result: unknown): unknown =>
  decodeValue(encodeValue(result).replaceAll(/"(gAAAA|rs_tmp_)[^"]*"/g, '"anew"'));

/** Is the other form exact? It is `undefined` for a stream that is never stored. */
async function crossStream(recorded: Recorded): Promise<boolean | undefined> {
  const value = await partsOf(recorded);
  if (value === undefined) return undefined;
  if (aiSdk.rejects(aiSdk.stream.assemble(value), {}) !== undefined) return undefined;
  const whole = attempt(() => cross.wholeOf({ kind: 'stream', value }));
  if (whole === undefined) return false;
  const chunks = cross.chunksOf({ kind: 'response', value: whole }, {});
  expect(cross.wholeOf({ kind: 'stream', value: chunks })).toStrictEqual(whole);
  if (recorded.plain !== undefined) {
    const own = await resultOf({ api: recorded.api, response: { body: recorded.plain } });
    expect([recorded.name, readable(whole)]).toStrictEqual([recorded.name, readable(own)]);
  }
  return true;
}

async function crossPlain(recorded: Recorded): Promise<boolean | undefined> {
  const value = await resultOf(recorded);
  if (value === undefined || aiSdk.rejects(value, {}) !== undefined) return undefined;
  const chunks = attempt(() => cross.chunksOf({ kind: 'response', value }, {}));
  if (chunks === undefined) return false;
  expect(cross.wholeOf({ kind: 'stream', value: chunks })).toStrictEqual(value);
  return true;
}

async function count(name: string, recordings: readonly Recorded[]) {
  const refused: string[] = [];
  let usable = 0;
  let exact = 0;
  let compared = 0;
  for (const each of recordings) {
    const isExact = await (each.isStream ? crossStream(each) : crossPlain(each));
    if (isExact !== undefined) usable += 1;
    if (isExact === true) exact += 1;
    if (isExact === true && each.plain !== undefined) compared += 1;
    if (isExact === false) refused.push(each.name);
  }
  console.info(
    [
      `${name}: of ${recordings.length} ${usable} are usable, ${exact} exact (${compared} as the plain answer beside them), ${refused.length} inexact:`,
      ...refused,
    ].join('\n'),
  );
  return { exact, compared, refused };
}

describeWithFixtures({ describe, test }, 'recordings of real services', () => {
  test.each([
    ['answers', answers],
    ['pairs', pairs],
  ])(
    '%s: a stream is assembled into the plain answer and disassembled again, or refused',
    async (name, recorded) => {
      const { exact, compared } = await count(
        `streams of ${name}`,
        recorded().filter(({ isStream }) => isStream),
      );
      expect(exact).toBeGreaterThan(0);
      expect(compared).toBeGreaterThan(0);
    },
    120_000,
  );

  test.each([
    ['answers', answers],
    ['pairs', pairs],
  ])(
    '%s: a plain answer is disassembled and assembled again without a change, or refused',
    async (name, recorded) => {
      const { exact } = await count(
        `plain ${name}`,
        recorded().filter(({ isStream }) => !isStream),
      );
      expect(exact).toBeGreaterThan(0);
    },
    120_000,
  );
});
