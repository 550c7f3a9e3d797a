import { aiSdk } from './ai-sdk.ts';
import { bentocache } from './bentocache.ts';
import { cacheable } from './cacheable.ts';
import { cachified } from './cachified.ts';
import type { MakeContender } from './contender.ts';
import { keyvByHand } from './keyv-by-hand.ts';
import { langchain } from './langchain.ts';
import { limit } from './limit.ts';
import { memoizedKeyv } from './memoized-keyv.ts';
import { ours } from './ours.ts';
import { wrappedKeyv } from './wrapped-keyv.ts';

/** The first is what the others are compared with. */
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
