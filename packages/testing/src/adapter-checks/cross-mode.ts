import type { CacheOptions } from '@cached-llm/core';
import type { Adapter, Fields } from '@cached-llm/core/adapter';
import type { RecordedAnswer, RecordedPair } from '../recorded-exchanges/index.ts';
import type { Expect } from '../test-environment/index.ts';
import {
  type ExchangeResponse,
  inTurn,
  startWireServer,
  type WireServer,
} from '../wire-server/index.ts';
import { type AroundClient, type WireTrial, wireTrial } from './wire-trial.ts';

/**
 * Makes a function for tests of cross mode. It runs a test with a client whose server gives each response once, in their
 * order.
 */
export function crossModeTrial<Client>(
  open: (around: AroundClient<WireServer>) => Client,
  caching: CacheOptions = { crossMode: true },
) {
  const run = wireTrial(startWireServer, open, caching);
  return (
    responses: readonly ExchangeResponse[],
    use: (trial: WireTrial<WireServer, Client>) => Promise<void>,
  ): Promise<void> => run({ answer: inTurn(responses) }, use);
}

interface Answer {
  readonly name: string;
  readonly request: object;
  readonly response: unknown;
}

function wholeAnswers(recordings: readonly (RecordedAnswer | RecordedPair)[]): Answer[] {
  return recordings.flatMap((recorded): Answer[] => {
    if (recorded.kind !== 'json') return [];
    if ('json' in recorded) return [{ name: recorded.name, request: {}, response: recorded.json }];
    const request = recorded.request as object; // every recorded request is one
    return [{ name: recorded.source, request, response: recorded.response }];
  });
}

function refusalOf(adapter: Adapter, value: unknown): string | undefined {
  try {
    adapter.cross?.chunksOf({ kind: 'response', value }, {});
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Takes a response apart into chunks, and puts them together again. */
function reassembled({ cross }: Adapter, response: unknown): unknown {
  return cross?.assemble(cross.disassemble(response as Fields) ?? []); // a response that is stored has fields
}

/**
 * Expects that every recorded answer that is worth storing is either the same after it was taken apart into chunks and put
 * together again, or refused. Recorded streams are left out.
 * @returns how many were the same
 */
export function exactCrossModes(
  expect: Expect,
  adapter: Adapter,
  recordings: readonly (RecordedAnswer | RecordedPair)[],
): number {
  const usable = wholeAnswers(recordings).filter(
    ({ request, response }) => adapter.rejects(response, request) === undefined,
  );
  const refused: string[] = [];
  for (const { name, response } of usable) {
    const refusal = refusalOf(adapter, response);
    if (refusal !== undefined) refused.push(`${name}: ${refusal}`);
    else expect(reassembled(adapter, response)).toEqual(response);
  }
  console.info([`${usable.length - refused.length} exact; refused:`, ...refused].join('\n'));
  return usable.length - refused.length;
}
