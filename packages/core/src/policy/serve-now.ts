import { DECISIONS } from './decision.ts';
import type { Landed } from './landed.ts';
import { type Look, type LookParts, lookUpNow } from './look-up.ts';
import type { Request } from './request.ts';
import { isAnswered, type ServeParts, serve } from './serve.ts';

/** What came of a request in the call itself: an answer, or what its flight need not look up again. */
export interface Now {
  readonly look?: Look | undefined;
  readonly landed?: Landed | undefined;
}

const LATER: Now = {};

/** Serves from a store that answers in the call itself: there is nothing to wait for, and nothing to join. */
export function serveNow(parts: LookParts & ServeParts, request: Request): Now {
  const { policy, signal } = request.call;
  if (signal?.aborted === true) return LATER;
  const look = lookUpNow(request, parts);
  if (look === undefined) return LATER;
  const isServed = DECISIONS[policy.mode][look.state] === 'serve' && !policy.renewOnHit;
  return isServed && isAnswered(look) ? { landed: serve(parts, request, look) } : { look };
}
