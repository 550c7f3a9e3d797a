import { type Adapter, Crossing, type Fields } from '@cached-llm/core';
import type { Expect } from '../test-environment/index.ts';

export interface CrossedAnswer {
  readonly name: string;
  readonly request: object;
  readonly response: unknown;
}

function refusalOf(adapter: Adapter, value: unknown): string | undefined {
  try {
    new Crossing(adapter, {}).chunksOf({ kind: 'response', value });
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
 * Expects that every answer that is worth storing is either the same after it was taken apart into chunks and put
 * together again, or refused.
 * @returns how many were the same
 */
export function exactCrossings(
  expect: Expect,
  adapter: Adapter,
  answers: readonly CrossedAnswer[],
): number {
  const usable = answers.filter(
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
