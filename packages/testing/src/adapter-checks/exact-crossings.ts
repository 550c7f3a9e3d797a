import { type Adapter, Crossing, type Fields } from '@cached-llm/core';
import type { Expect } from '../store-conformance/store-case.ts';

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

/** And put together. */
function takenApart({ cross }: Adapter, response: unknown): unknown {
  return cross?.assemble(cross.disassemble(response as Fields) ?? []); // what would be kept has fields
}

/**
 * Expects every answer that would be kept to be taken apart into chunks and put together as it was, or refused.
 * @returns how many were exact
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
    else expect(takenApart(adapter, response)).toEqual(response);
  }
  console.info([`${usable.length - refused.length} exact; refused:`, ...refused].join('\n'));
  return usable.length - refused.length;
}
