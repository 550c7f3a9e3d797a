import type { CacheEvents, RequestItem, RequestOutcome } from '../events/index.ts';
import { LlmCacheError } from '../options/index.ts';
import { type Answer, type Call, type Pipeline, shareOrigin } from '../pipeline/index.ts';
import { type EachItemRules, ItemBatch, type ManyItems, PartCodec } from './item-batch.ts';

/** Whose request for many items it was. */
interface BatchOrigin {
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
function batchEvent(
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

/** How many requests for many items this process has answered. */
let requests = 0;

/** The call for one item, and its place in a request for several. */
type ItemCall<Response extends object> = Omit<
  Call<Response>,
  'invoke' | 'invokeUncached' | 'isPart'
>;

/** One request for many items, which is counted once. */
class ItemRequest<Item, Response extends object> {
  readonly calls: readonly ItemCall<Response>[];
  readonly #many: ManyItems<Item, Response>;
  readonly #number: number;
  readonly #startedAt = performance.now();

  constructor(many: ManyItems<Item, Response>) {
    requests += 1;
    this.#number = requests;
    this.#many = many;
    this.calls = many.items.map((item, index) => ({
      ...many.rules.callFor(item),
      item: this.#placeOf(index),
    }));
  }

  /** The answer to each item, in their order. In a failure the request is counted here. */
  async answers(
    batch: ItemBatch<Item, Response>,
    isAnew: boolean,
  ): Promise<readonly Answer<Response>[]> {
    const { pipeline } = this.#many;
    const each = this.calls.map(async (call, place): Promise<Answer<Response>> => {
      const { signal: own = new AbortController().signal } = call;
      return pipeline.answer<Response>({
        ...call,
        policy: isAnew ? { ...call.policy, mode: 'refresh' } : call.policy,
        codec: new PartCodec(call.codec, batch),
        isPart: true,
        invokeUncached: () => batch.ask(place, own),
        invoke: (flight) => batch.ask(place, flight),
      });
    });
    try {
      return await Promise.all(each);
    } catch (error) {
      const waited = this.#waited;
      void Promise.allSettled(each).then((settled) => this.#count(settled, waited, []));
      throw error;
    }
  }

  /** Counts a request for several items, whose items have events of their own, and what it saved. */
  count(answers: readonly Answer<Response>[]): void {
    const settled = answers.map((value) => ({ status: 'fulfilled', value }) as const);
    const saved = answers.flatMap((answer, place) => this.#savedBy(answer, place));
    this.#count(settled, this.#waited, saved);
  }

  get #waited(): number {
    return performance.now() - this.#startedAt;
  }

  /** Until the request is answered, nobody knows whether all of it has to be asked for anew. */
  #savedBy({ about, source }: Answer<Response>, place: number): CacheEvents['call-saved'][] {
    const { identity, endpoint, item } = this.calls[place] ?? {};
    const { key, saved } = about ?? {};
    if (key === undefined || saved === undefined || identity === undefined) return [];
    if ('bypass' in identity) return [];
    const { provider, model } = identity;
    const { took, served, servedModel = served?.model } = source ?? {};
    return [{ key, provider, model, endpoint, item, usage: saved.usage, took, servedModel }];
  }

  #count(
    settled: readonly PromiseSettledResult<Answer<Response>>[],
    waited: number,
    saved: readonly CacheEvents['call-saved'][],
  ): void {
    const [call] = this.calls;
    if (call?.item === undefined) return; // the only item is counted by itself
    const event = batchEvent(settled, { request: this.#number, call, waited });
    this.#many.pipeline.countBatch(event, saved);
  }

  #placeOf(index: number): RequestItem | undefined {
    const { length: of } = this.#many.items;
    return of === 1 ? undefined : { request: this.#number, index, of };
  }
}

/** The response to all items as it came, or made of the parts. Undefined where these do not fit together. */
async function wholeOf<Item, Response extends object>(
  { rules }: ManyItems<Item, Response>,
  batch: ItemBatch<Item, Response>,
  parts: readonly Response[],
): Promise<Response | undefined> {
  const origins = parts.map((part) => batch.originOf(part));
  const asked = new Set(origins.flatMap((origin) => (origin ? [origin.whole] : [])));
  const isUnsplit = origins.some((origin) => origin?.verdict !== undefined);
  const [whole] = asked;
  if (whole !== undefined && asked.size === 1 && !origins.includes(undefined)) {
    return shareOrigin(parts, rules.complete?.(whole, isUnsplit ? [] : parts) ?? whole);
  }
  return isUnsplit ? undefined : shareOrigin(parts, await rules.join(parts, [...asked]));
}

function replayMixed(provider: string): LlmCacheError {
  return new LlmCacheError(
    'REPLAY_MISS',
    `What is recorded for the items of this request (${provider}) does not fit together, because another model has answered some of them. Record all of them again with mode: 'refresh'.`,
  );
}

/**
 * Answers a call item by item: those that no store answers are asked for in one call, once each. Where what is stored
 * does not fit to what the provider answers, because another model answers by now, all items are asked for anew.
 *
 * @throws {LlmCacheError} `REPLAY_MISS` in `replay` mode, where what is recorded does not fit together.
 */
export async function answerEach<Item, Response extends object>(
  pipeline: Pipeline,
  items: readonly Item[],
  rules: EachItemRules<Item, Response>,
): Promise<Response> {
  const many: ManyItems<Item, Response> = { pipeline, items, rules };
  const request = new ItemRequest<Item, Response>(many);
  const answerAll = async (isAnew: boolean) => {
    const batch = new ItemBatch<Item, Response>(many);
    const answers = await request.answers(batch, isAnew);
    const parts = answers.map(({ response }) => response);
    return { answers, whole: await wholeOf(many, batch, parts) };
  };
  const first = await answerAll(false);
  const { identity, policy, ...call } = request.calls[0] as ItemCall<Response>; // there is at least one
  const mayStore = policy.mode === 'read-write' || policy.mode === 'refresh';
  const isMixed = first.whole === undefined;
  const { answers, whole } = isMixed && mayStore ? await answerAll(true) : first;
  if (whole !== undefined || policy.mode === 'replay') request.count(answers);
  if (whole !== undefined) return whole;
  if (policy.mode === 'replay') throw replayMixed(identity.provider);
  const invokeUncached = async () => rules.invokeUncached();
  const bypass = { bypass: 'not-shareable', provider: identity.provider } as const;
  const own = { ...call, policy, identity: bypass, invokeUncached, invoke: invokeUncached };
  return (await pipeline.answer({ ...own, item: undefined })).response; // it is counted as a bypass
}
