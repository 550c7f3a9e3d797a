import { abortable } from '../flight/abortable.ts';
import { DECISIONS } from './decision.ts';
import type { Landed } from './landed.ts';
import { type Look, type LookParts, lookUp } from './look-up.ts';
import type { Request } from './request.ts';
import { isAnswered, type ServeParts, serve } from './serve.ts';

type Parts = LookParts & ServeParts;

/** A request, and what was found for it. */
export type Looked = Request & { readonly look: Look };

const nobodyLeft = (): void => {};

/** Looks before a flight is up, in the call itself where the store answers so. An abort ends the caller's waiting. */
export function firstLook(parts: Parts, request: Request): Look | Promise<Look> {
  const { signal } = request.call;
  const look = lookUp(request, parts);
  const isAwaited = look instanceof Promise || signal?.aborted === true;
  return isAwaited ? abortable(Promise.resolve(look), signal, nobodyLeft) : look;
}

/** Where what was found is the answer, there is nothing to join, and no flight is made for it. */
export function servedAtOnce(parts: Parts, request: Looked): Landed | undefined {
  const { look, call } = request;
  const { policy } = call;
  const isServed = DECISIONS[policy.mode][look.state] === 'serve' && !policy.renewOnHit;
  return isServed && isAnswered(look) ? serve(parts, request, look) : undefined;
}
