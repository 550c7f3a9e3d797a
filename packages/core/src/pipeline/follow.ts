import type { Address } from '../entry-store/entry-store.ts';
import type { Reporter } from '../events/reporter.ts';
import { type Answer, SharedAnswer } from './answer.ts';
import type { Call } from './call.ts';
import type { Landed } from './landed.ts';
import { eventOf } from './request.ts';

export interface Followed {
  readonly address: Address;
  readonly landed: Landed;
  readonly at: number;
}

/** One more share of what a flight brought home, for a request that joined it. */
export function follow<Response>(
  reporter: Reporter,
  call: Call<Response>,
  { address, landed, at }: Followed,
): Answer<Response> {
  const { outcome, arrival, header } = landed;
  const { usage, took } = arrival ?? header ?? {};
  const event = { ...eventOf({ call, address }), usage, took };
  const isHit = outcome === 'hit' && arrival !== undefined;
  if (isHit) reporter.tell('hit', { ...event, age: at - arrival.at, waited: 0 });
  else reporter.tell('collapsed', event);
  return new SharedAnswer(call, landed, { key: address.key, leads: false, at });
}
