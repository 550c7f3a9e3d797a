import type { Verdict } from '../adapter/index.ts';
import type { CallPart } from '../events/index.ts';
import { innermostKey, runAsCallFor } from '../flight/index.ts';
import type { Call, Pipeline } from '../pipeline/index.ts';
import type {
  CapturedResponse,
  Provenance,
  ResponseCodec,
  SharedResponse,
} from '../response/index.ts';

/** How the items of one call are answered, each by itself: from a store, or by a provider that takes many. */
export interface EachItemRules<Item, Response extends object> {
  /** The call for one item, as far as it does not depend on the other items. */
  callFor(item: Item): Omit<Call<Response>, 'invoke' | 'invokeUncached' | 'isPart' | 'item'>;
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
  /** The call of the caller, unchanged. */
  invokeUncached(): PromiseLike<Response>;
}

/** A request for many items. */
export interface ManyItems<Item, Response extends object> {
  readonly pipeline: Pipeline;
  readonly items: readonly Item[];
  readonly rules: EachItemRules<Item, Response>;
}

type Split<Response> = readonly Response[] | Verdict;

/** The call of the provider that a part comes from. The verdict says that its response could not be split. */
interface Origin<Response> {
  readonly whole: Response;
  readonly part: CallPart;
  readonly calledAt: number;
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
export class ItemBatch<Item, Response extends object> {
  readonly #items: readonly Item[];
  readonly #rules: EachItemRules<Item, Response>;
  readonly #pipeline: Pipeline;
  readonly #origins = new WeakMap<object, Origin<Response>>();
  #questions: Question<Response>[] = [];

  constructor({ pipeline, items, rules }: ManyItems<Item, Response>) {
    this.#pipeline = pipeline;
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
      const calledAt = this.#pipeline.calledNow();
      const whenLeft = (end: () => void) => signal.addEventListener('abort', end);
      const whole = await runAsCallFor(keys, whenLeft, () => this.#rules.ask(items, signal));
      const parts = await this.#partsOf({ whole, calledAt }, items);
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

  async #partsOf(
    made: Pick<Origin<Response>, 'whole' | 'calledAt'>,
    items: readonly Item[],
  ): Promise<readonly Response[]> {
    const split = await this.#split(made.whole, items);
    calls += 1;
    const call = { call: calls, of: items.length };
    if (!('length' in split)) return this.#unsplit(made, call, split);
    for (const [index, part] of split.entries())
      this.#origins.set(part, { ...made, part: { ...call, index } });
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
  #unsplit(
    made: Pick<Origin<Response>, 'whole' | 'calledAt'>,
    call: Omit<CallPart, 'index'>,
    verdict: Verdict,
  ): readonly Response[] {
    const { usage: _counted, ...uncounted } = verdict;
    return Array.from({ length: call.of }, (_item, index) => {
      const part = {} as Response; // no caller gets it: see `answerAll`
      const place = { ...call, index };
      this.#origins.set(part, { ...made, part: place, verdict: index === 0 ? verdict : uncounted });
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
export class PartCodec<Response extends object> implements ResponseCodec<Response> {
  readonly #codec: ResponseCodec<Response>;
  readonly #batch: ItemBatch<unknown, Response>;

  constructor(codec: ResponseCodec<Response>, batch: ItemBatch<unknown, Response>) {
    this.#codec = codec;
    this.#batch = batch;
  }

  async capture(part: Response): Promise<CapturedResponse<Response>> {
    const { verdict, part: place, calledAt } = this.#batch.originOf(part) ?? {};
    if (verdict !== undefined) return { response: part, verdict, part: place, calledAt };
    const captured = await this.#codec.capture(part);
    this.#batch.move(part, captured.response);
    return { ...captured, part: place, calledAt };
  }

  restore(captured: SharedResponse, provenance: Provenance): Response {
    return this.#codec.restore(captured, provenance);
  }

  packStream(texts: readonly string[], head: unknown): string {
    return this.#codec.packStream(texts, head);
  }
}
