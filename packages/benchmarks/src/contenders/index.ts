// The ways to answer a repeated call that the sections compare, each as its own documentation shows it.
// No contender gets a slower key than the others, and none is tuned: only ours makes its own key.
// Start reading in contender.ts, which holds the limit that all are compared with.
import { aiSdk } from './ai-sdk.ts';
import { bentocache } from './bentocache.ts';
import { cacheable } from './cacheable.ts';
import { cachified } from './cachified.ts';
import { limit, type MakeContender } from './contender.ts';
import { langchain } from './langchain.ts';
import { ours } from './ours.ts';
import { keyvByHand, memoizedKeyv, wrappedKeyv } from './over-keyv.ts';

export { recipeForStreams } from './ai-sdk.ts';
export { cacheable } from './cacheable.ts';
export { type Contender, keyOf, limit, type MakeContender } from './contender.ts';
export { OURS } from './ours.ts';
export { keyvByHand, keyvOver } from './over-keyv.ts';

/** All contenders in memory. The others are compared with the first. */
export const inMemory: readonly MakeContender[] = [
  limit,
  ours,
  cacheable,
  bentocache,
  wrappedKeyv,
  memoizedKeyv,
  keyvByHand,
  cachified,
  langchain,
  aiSdk,
];
