import type { Address } from '../entry-store/entry-store.ts';
import type { CallEvent } from '../events/events.ts';
import type { Call } from './call.ts';
import type { Look } from './look-up.ts';

/** A call, and where its entry is. */
export interface Request {
  readonly call: Call<unknown>;
  readonly address: Address;
  /** What was found at once, before its flight began. */
  readonly look?: Look | undefined;
  /** A revalidation behind an answer: no request of anybody's, and no miss. */
  readonly isBehind?: boolean | undefined;
}

/** What every event about a request says of it. */
export function eventOf({ address, call }: Request): CallEvent {
  const { provider, model } = call.identity;
  return { key: address.key, provider, model };
}
