import { createLlmCache } from '@cached-llm/core';
import type { RecordedCase } from '../recorded-exchanges/index.ts';
import { chunksOf, type Expect } from '../test-environment/index.ts';
import { type ExchangeResponse, startWireServer, type WireServer } from '../wire-server/index.ts';
import type { AroundClient } from './wire-trial.ts';

interface CountingServer {
  readonly count: number;
  close(): Promise<void>;
}

/** How `servedTwice` starts a server for each recorded answer, and makes the call. */
export interface ServedTwiceParts<Case, Server> {
  readonly expect: Expect;
  /** Starts a server that gives the recorded answer. */
  readonly start: (recorded: Case) => Promise<Server>;
  /** Makes the call as an application would, with a client of the real SDK and the cache. */
  readonly ask: (recorded: Case, around: AroundClient<Server>) => unknown;
}

interface Recorded {
  readonly name: string;
  readonly response: ExchangeResponse;
}

/** Starts a server that gives the recorded answer to every request. */
export function startRecorded({ response }: Pick<Recorded, 'response'>): Promise<WireServer> {
  return startWireServer({ answer: () => response });
}

/** The response, the chunks of a stream, or the error as plain data. */
async function outcomeOf(ask: () => unknown): Promise<unknown> {
  try {
    const response = await ask();
    const isStream =
      typeof response === 'object' && response !== null && Symbol.asyncIterator in response;
    return isStream ? await chunksOf(response as AsyncIterable<unknown>) : response; // just checked
  } catch (error) {
    return `${(error as Error).constructor.name}: ${(error as Error).message}`;
  }
}

/** Makes the call twice through one new cache; `reason` says why the answer was not stored, if it was not. */
async function askTwice<Case, Server extends CountingServer>(
  { start, ask }: ServedTwiceParts<Case, Server>,
  recorded: Case,
) {
  const server = await start(recorded);
  const cache = createLlmCache();
  let reason: string | undefined;
  cache.on('not-admitted', (event) => (reason = event.reason));
  cache.on('bypass', (event) => (reason = `bypass: ${event.reason}`));
  const first = await outcomeOf(() => ask(recorded, { server, cache }));
  const second = await outcomeOf(() => ask(recorded, { server, cache }));
  const { count } = server;
  await cache.close();
  await server.close();
  // If the cache is above the SDK, it never sees an error that the SDK throws.
  if (count > 1 && typeof first === 'string') reason ??= first.split('\n')[0]?.slice(0, 100);
  return { first, second, count, reason };
}

/**
 * Expects that every recorded answer is requested once and given twice, except for those that were not stored.
 * @returns these, each with the reason
 */
export async function servedTwice<
  Case extends { readonly name: string },
  Server extends CountingServer,
>(parts: ServedTwiceParts<Case, Server>, recordings: readonly Case[]): Promise<readonly string[]> {
  const unfit: string[] = [];
  for (const recorded of recordings) {
    const { name } = recorded;
    const { first, second, count, reason } = await askTwice(parts, recorded);
    parts.expect([name, second]).toEqual([name, first]);
    parts.expect([name, count]).toEqual([name, reason === undefined ? 1 : 2]);
    if (reason !== undefined) unfit.push(`${name}: ${reason}`);
    else parts.expect([name, typeof first]).toEqual([name, 'object']);
  }
  const stored = `${recordings.length - unfit.length} of ${recordings.length} were stored; not stored:`;
  console.info([stored, ...unfit].join('\n'));
  return unfit;
}

/** Makes the check of {@link servedTwice} for cases that the wire server answers. */
export function recordedTwice<Case extends Recorded = RecordedCase>(
  expect: Expect,
  ask: ServedTwiceParts<Case, WireServer>['ask'],
): (recordings: readonly Case[]) => Promise<readonly string[]> {
  return (recordings) => servedTwice({ expect, start: startRecorded, ask }, recordings);
}
