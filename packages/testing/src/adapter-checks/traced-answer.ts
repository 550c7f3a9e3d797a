import { infoOf, invalidateAnswer } from '@cached-llm/core';
import type { Expect } from '../test-environment/index.ts';

/**
 * Makes a check that what a client returns can be traced to its call: it asks twice, invalidates the answer that it found,
 * and asks anew.
 */
export const tracedAnswer =
  (expect: Expect) =>
  async (ask: () => PromiseLike<object>): Promise<void> => {
    expect(infoOf(await ask())?.outcome).toEqual('miss');
    const hit = await ask();
    expect(infoOf(hit)?.outcome).toEqual('hit');
    expect(await invalidateAnswer(hit)).toEqual(true);
    expect(infoOf(await ask())?.outcome).toEqual('miss');
  };
