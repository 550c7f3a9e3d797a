import { createLlmCache } from '@cached-llm/core';
import type { Expect } from '../store-conformance/store-case.ts';
import { chunksOf } from '../test-environment/chunks-of.ts';
import type { ExchangeResponse } from '../wire-server/exchange.ts';
import { startWireServer, type WireServer } from '../wire-server/wire-server.ts';
import type { AroundClient } from './wire-trial.ts';

interface CountingServer {
  readonly count: number;
  close(): Promise<void>;
}

export interface ServedTwiceParts<Case, Server> {
  readonly expect: Expect;
  /** A server that gives the recorded answer. */
  readonly start: (recorded: Case) => Promise<Server>;
  /** Asks as an application would, with a client of the real SDK through the cache. */
  readonly ask: (recorded: Case, around: AroundClient<Server>) => unknown;
}

/** Gives the recorded answer to whatever it is asked. */
export function startRecorded({
  response,
}: {
  readonly response: ExchangeResponse;
}): Promise<WireServer> {
  return startWireServer({ answer: () => response });
}

/** What came of a call, in plain data where it failed. */
async function outcomeOf(ask: () => unknown): Promise<unknown> {
  try {
    const response = await ask();
    const isStream =
      typeof response === 'object' && response !== null && Symbol.asyncIterator in response;
    return isStream ? await chunksOf(response as AsyncIterable<unknown>) : response; // looked at
  } catch (error) {
    return `${(error as Error).constructor.name}: ${(error as Error).message}`;
  }
}

/** Asks twice through one new cache; says why the answer was not kept, if it was not. */
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
  // Where the cache is above the SDK, what the SDK throws never comes to it.
  if (count > 1 && typeof first === 'string') reason ??= first.split('\n')[0]?.slice(0, 100);
  return { first, second, count, reason };
}

/** Expects every recording to be asked for once and given twice, but for those it names, with the reason: they were not kept. */
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
  const kept = `${recordings.length - unfit.length} of ${recordings.length} from the store; not kept:`;
  console.info([kept, ...unfit].join('\n'));
  return unfit;
}
