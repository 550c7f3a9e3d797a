import type { Verdict } from '../adapter/index.ts';
import type { CallPart } from '../events/index.ts';
import { innermostKey, runAsCallFor } from '../flight/index.ts';
import { LlmCacheError } from '../options/index.ts';
import { type Call, type Pipeline, shareOrigin } from '../pipeline/index.ts';
import type {
  CapturedResponse,
  Provenance,
  ResponseCodec,
  SharedResponse,
} from '../response/index.ts';

/** How the items of one call are answered, each by itself: from a store, or by a provider that takes many. */
export interface EachItemRules<Item, Response extends object> {
  /** The call for one item, as far as it does not depend on the other items. */
  callFor(item: Item): Omit<Call<Response>, 'invoke' | 'invokeUncached' | 'isPart'>;
  /** Asks the provider for these items in one call. Where they are all of its items, the caller's own request is sent. */
  ask(items: readonly Item[], signal: AbortSignal): Promise<Response>;
  /** One response for each item, in their order; where there is not one for each, the verdict on the whole response. */
  split(whole: Response, items: readonly Item[]): Split<Response> | Promise<Split<Response>>;
  /**
   * The response to all items. Undefined where the parts do not fit together.
   *
   * @param asked what the provider has just answered for some of them
   */
  join(
    parts: readonly Response[],
    asked: readonly Response[],
  ): Response | undefined | Promise<Response | undefined>;
  /** What the provider answered for all items in one call, as its caller gets it. @default as it came */
  complete?(whole: Response, parts: readonly Response[]): Response;
  /** The call as its caller made it. */
  invokeUncached(): PromiseLike<Response>;
}

type Split<Response> = readonly Response[] | Verdict;

/** The call of the provider that a part comes from. The verdict says that its response could not be split. */
interface Origin<Response> {
  readonly whole: Response;
  readonly part: CallPart;
  readonly verdict?: Verdict | undefined;
}

interface Question<Response> {
  readonly place: number;
  readonly key: string | undefined;
  readonly signal: AbortSignal;
  readonly resolve: (part: Response) => void;
  readonly reject: (error: unknown) => void;
}

/** How many calls for many items this process has made. */
let calls = 0;

/** Gathers the items that are asked for within one turn of the event loop, and asks for them in one call. */
class Batch<Item, Response extends object> {
  readonly #items: readonly Item[];
  readonly #rules: EachItemRules<Item, Response>;
  readonly #origins = new WeakMap<object, Origin<Response>>();
  #questions: Question<Response>[] = [];

  constructor(items: readonly Item[], rules: EachItemRules<Item, Response>) {
    this.#items = items;
    this.#rules = rules;
  }

  ask(place: number, signal: AbortSignal): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (this.#questions.length === 0) setImmediate(() => void this.#send());
      this.#questions.push({ place, key: innermostKey(), signal, resolve, reject });
    });
  }

  /** Where a part comes from that this batch asked for. */
  originOf(part: Response): Origin<Response> | undefined {
    return this.#origins.get(part);
  }

  /** The same part in another object. */
  move(part: Response, copy: Response): void {
    const origin = this.#origins.get(part);
    if (origin !== undefined) this.#origins.set(copy, origin);
  }

  async #send(): Promise<void> {
    const questions = this.#questions.sort((one, other) => one.place - other.place);
    this.#questions = [];
    const items = this.#itemsAt(questions.map(({ place }) => place));
    try {
      const signal = whenAll(questions.map((question) => question.signal));
      // A second cache behind this one would wait for ever for an item that this call is for, unless it knows all keys.
      const keys = questions.flatMap(({ key = [] }) => key);
      const whole = await runAsCallFor(keys, signal, () => this.#rules.ask(items, signal));
      const parts = await this.#partsOf(whole, items);
      // As many parts as questions: each has its own.
      for (const [index, { resolve }] of questions.entries()) resolve(parts[index] as Response);
    } catch (error) {
      for (const { reject } of questions) reject(error);
    }
  }

  /** Where all items are missing, the list itself. */
  #itemsAt(places: readonly number[]): readonly Item[] {
    const all = this.#items;
    const isWhole = places.length === all.length && places.every((place, index) => place === index);
    return isWhole ? all : places.map((place) => all[place] as Item); // a place of the list
  }

  async #partsOf(whole: Response, items: readonly Item[]): Promise<readonly Response[]> {
    const split = await this.#split(whole, items);
    calls += 1;
    const call = { call: calls, of: items.length };
    if (!('length' in split)) return this.#unsplit(whole, call, split);
    for (const [index, part] of split.entries())
      this.#origins.set(part, { whole, part: { ...call, index } });
    return split;
  }

  async #split(whole: Response, items: readonly Item[]): Promise<Split<Response>> {
    try {
      const split = await this.#rules.split(whole, items);
      return 'length' in split && split.length !== items.length
        ? { rejection: 'incomplete' }
        : split;
    } catch {
      return { rejection: 'unreadable' };
    }
  }

  /** An object in the place of each part. What the whole response used is counted once. */
  #unsplit(whole: Response, call: Omit<CallPart, 'index'>, verdict: Verdict): readonly Response[] {
    const { usage: _counted, ...uncounted } = verdict;
    return Array.from({ length: call.of }, (_item, index) => {
      const part = {} as Response; // no caller gets it: see `answerAll`
      const place = { ...call, index };
      this.#origins.set(part, { whole, part: place, verdict: index === 0 ? verdict : uncounted });
      return part;
    });
  }
}

/** Fires when the last of `signals` has: as long as one waits, the call goes on. */
function whenAll(signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  const check = () => {
    if (signals.every(({ aborted }) => aborted)) controller.abort();
  };
  for (const signal of signals) signal.addEventListener('abort', check, { once: true });
  check();
  return controller.signal;
}

/** The codec of one item. It follows a part that the provider has just answered, and shares none that was not split. */
class PartCodec<Response extends object> implements ResponseCodec<Response> {
  readonly #codec: ResponseCodec<Response>;
  readonly #batch: Batch<unknown, Response>;

  constructor(codec: ResponseCodec<Response>, batch: Batch<unknown, Response>) {
    this.#codec = codec;
    this.#batch = batch;
  }

  async capture(part: Response): Promise<CapturedResponse<Response>> {
    const { verdict, part: place } = this.#batch.originOf(part) ?? {};
    if (verdict !== undefined) return { response: part, verdict, part: place };
    const captured = await this.#codec.capture(part);
    this.#batch.move(part, captured.response);
    return { ...captured, part: place };
  }

  restore(captured: SharedResponse, provenance: Provenance): Response {
    return this.#codec.restore(captured, provenance);
  }

  packStream(texts: readonly string[], head: unknown): string {
    return this.#codec.packStream(texts, head);
  }
}

/** Looks each item up, and asks for the missing ones. Undefined where the parts do not fit together. */
async function answerAll<Item, Response extends object>(
  pipeline: Pipeline,
  items: readonly Item[],
  { rules, isAnew }: { readonly rules: EachItemRules<Item, Response>; readonly isAnew: boolean },
): Promise<Response | undefined> {
  const batch = new Batch(items, rules);
  const each = items.map(async (item, place) => {
    const call = rules.callFor(item);
    const { signal: own = new AbortController().signal } = call;
    const { response } = await pipeline.answer({
      ...call,
      policy: isAnew ? { ...call.policy, mode: 'refresh' } : call.policy,
      codec: new PartCodec(call.codec, batch),
      isPart: true,
      invokeUncached: () => batch.ask(place, own),
      invoke: (flight) => batch.ask(place, flight),
    });
    return response;
  });
  const parts = await Promise.all(each);
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
  const answer = await answerAll(pipeline, items, { rules, isAnew: false });
  if (answer !== undefined) return answer;
  const { identity, policy, ...call } = rules.callFor(items[0] as Item); // there is at least one
  if (policy.mode === 'replay') throw replayMixed(identity.provider);
  const mayStore = policy.mode === 'read-write' || policy.mode === 'refresh';
  const anew = mayStore ? await answerAll(pipeline, items, { rules, isAnew: true }) : undefined;
  if (anew !== undefined) return anew;
  const invokeUncached = async () => rules.invokeUncached();
  const bypass = { bypass: 'not-shareable', provider: identity.provider } as const;
  return (
    await pipeline.answer({
      ...call,
      policy,
      identity: bypass,
      invokeUncached,
      invoke: invokeUncached,
    })
  ).response;
}
