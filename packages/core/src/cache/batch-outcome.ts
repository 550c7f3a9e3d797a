import type { CacheEvents, RequestOutcome } from '../events/index.ts';
import type { Answer, Call } from '../pipeline/index.ts';

/** Whose request for many items it was. */
export interface BatchOrigin {
  /** The number of the request. */
  readonly request: number;
  /** One of its calls. All of them have one provider and one model. */
  readonly call: Pick<Call<never>, 'identity' | 'endpoint'>;
  /** Milliseconds that the caller waited. */
  readonly waited: number;
}

type Settled = PromiseSettledResult<Answer<unknown>>;

/** The request has the outcome of the item that cost most. */
const WORST_FIRST: readonly RequestOutcome[] = ['bypass', 'miss', 'collapsed', 'stale', 'hit'];

/** An item that failed was a miss. */
const outcomeOf = (item: Settled): RequestOutcome =>
  item.status === 'fulfilled' ? item.value.outcome : 'miss';

/**
 * What the provider would have taken for all items. Those that came from one call add up to their part of its time. Of
 * several calls the longest counts, because one call for all items would hardly have been shorter, and may not have been
 * longer. Undefined if an item came from no call whose time is known.
 */
function tookOf(answers: readonly Answer<unknown>[]): number | undefined {
  const calls = new Map<unknown, number>();
  for (const { source } of answers) {
    const { took, calledAt } = source ?? {};
    if (took === undefined) return undefined;
    const call = calledAt ?? source;
    calls.set(call, (calls.get(call) ?? 0) + took);
  }
  return Math.max(...calls.values());
}

function providerOf({ identity, endpoint }: BatchOrigin['call']) {
  const model = 'bypass' in identity ? undefined : identity.model;
  return { provider: identity.provider, model, endpoint };
}

/** The one event of a request for many items. */
export function batchEvent(
  settled: readonly Settled[],
  { request, call, waited }: BatchOrigin,
): CacheEvents['batch'] {
  const outcomes = settled.map(outcomeOf);
  const count = (outcome: RequestOutcome) => outcomes.filter((each) => each === outcome).length;
  const outcome = WORST_FIRST.find((each) => outcomes.includes(each)) ?? 'bypass';
  const answers = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const isServed = outcome === 'hit' || outcome === 'stale';
  return {
    ...providerOf(call),
    request,
    outcome,
    reason: answers.find(({ reason }) => reason !== undefined)?.reason,
    items: settled.length,
    ...{ hits: count('hit'), stale: count('stale') },
    ...{ collapsed: count('collapsed'), misses: count('miss') },
    waited,
    took: isServed ? tookOf(answers) : undefined,
  };
}
