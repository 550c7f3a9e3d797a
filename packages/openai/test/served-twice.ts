import { createLlmCache, type LlmCache } from '@cached-llm/core';
import {
  answerAsServerSentEvents,
  type ExchangeResponse,
  type RecordedAnswer,
  type RecordedPair,
  startWireServer,
  toExchange,
  type WireServer,
} from '@cached-llm/testing';
import { expect } from '@jest/globals';
import { chunksOf } from './wire.ts';

/** A recording, and what an application would have asked for it. */
export interface Recorded {
  readonly name: string;
  readonly path: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly response: ExchangeResponse;
}

/** Asks for a recording, with a client of one's own. */
export type Ask = (
  recorded: Recorded,
  around: { readonly server: WireServer; readonly cache: LlmCache },
) => Promise<unknown>;

export function fromPair(pair: RecordedPair): Recorded {
  return {
    name: `${pair.provider} ${pair.source}`,
    path: new URL(pair.url).pathname,
    request: pair.request as Recorded['request'], // a recorded request is an object
    response: toExchange(pair).response,
  };
}

function isResponsesApi(answer: RecordedAnswer): boolean {
  const [first] = answer.kind === 'json' ? [answer.json] : answer.events;
  const { object, type } = first as { object?: string; type?: string }; // an answer is an object
  return object === 'response' || type?.startsWith('response.') === true;
}

export function fromAnswer(answer: RecordedAnswer): Recorded {
  const stream = answer.kind === 'stream';
  const path = isResponsesApi(answer) ? '/v1/responses' : '/v1/chat/completions';
  const response: ExchangeResponse = stream
    ? { kind: 'sse', body: answerAsServerSentEvents(answer) }
    : { body: answer.json };
  const name = `${answer.provider} ${answer.name} ${answer.kind}`;
  return { name, path, request: { model: 'test', input: 'Hi', messages: [], stream }, response };
}

async function outcomeOf(answer: Promise<unknown>): Promise<unknown> {
  try {
    const response = await answer;
    const isStream =
      typeof response === 'object' && response !== null && Symbol.asyncIterator in response;
    return isStream ? await chunksOf(response as AsyncIterable<unknown>) : response;
  } catch (error) {
    return `${(error as Error).constructor.name}: ${(error as Error).message}`;
  }
}

/** Asks twice through one cache; says why the answer was not kept, if it was not. */
async function askTwice(recorded: Recorded, ask: Ask) {
  const server = await startWireServer({ answer: () => recorded.response });
  const cache = createLlmCache();
  let reason: string | undefined;
  cache.on('not-admitted', (event) => (reason = event.reason));
  cache.on('bypass', (event) => (reason = `bypass: ${event.reason}`));
  const first = await outcomeOf(ask(recorded, { server, cache }));
  const second = await outcomeOf(ask(recorded, { server, cache }));
  const { count } = server;
  await server.close();
  return { first, second, count, reason };
}

/** Every recording given twice; those that were not stored, with the reason. */
export async function servedTwice(all: readonly Recorded[], ask: Ask): Promise<readonly string[]> {
  const unfit: string[] = [];
  for (const recorded of all) {
    const { first, second, count, reason } = await askTwice(recorded, ask);
    expect([recorded.name, second]).toEqual([recorded.name, first]);
    expect([recorded.name, count]).toEqual([recorded.name, reason === undefined ? 1 : 2]);
    if (reason !== undefined) unfit.push(`${recorded.name}: ${reason}`);
  }
  console.info([`${all.length - unfit.length} of ${all.length} stored; not:`, ...unfit].join('\n'));
  return unfit;
}

/** The same fields, each object's in the opposite order. */
export function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).reverse();
  return Object.fromEntries(fields.map(([name, part]) => [name, reversed(part)]));
}

/** What stays of a request without what its answer does not depend on, to be compared. */
export function coveredBy(ignore: readonly string[], { url, request }: RecordedPair): string {
  const { stream, ...fields } = request as { stream?: boolean }; // likewise
  const kept = Object.entries(fields).filter(([name]) => !ignore.includes(name));
  return JSON.stringify([url, stream === true, kept.sort()]);
}
