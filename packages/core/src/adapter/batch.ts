interface QueuedItem<Item, Answer> {
  readonly item: Item;
  readonly signal: AbortSignal;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Asks for many items at once: one answer each, in their order. */
type AskAll<Item, Answer> = (
  items: readonly Item[],
  signal: AbortSignal,
) => Promise<readonly Answer[]>;

/** Gathers what is asked within one turn of the event loop, and asks it at once. */
class Batch<Item, Answer> {
  readonly #askAll: AskAll<Item, Answer>;
  #questions: QueuedItem<Item, Answer>[] = [];

  constructor(askAll: AskAll<Item, Answer>) {
    this.#askAll = askAll;
  }

  ask(item: Item, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#questions.length === 0) setImmediate(() => void this.#send());
      this.#questions.push({ item, signal, resolve, reject });
    });
  }

  async #send(): Promise<void> {
    const questions = this.#questions;
    this.#questions = [];
    try {
      const items = questions.map(({ item }) => item);
      const answers = await this.#askAll(items, whenAll(questions.map(({ signal }) => signal)));
      if (answers.length !== items.length) throw new TypeError('Not one answer for each item.');
      // As many answers as questions: each has its own.
      for (const [index, { resolve }] of questions.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      for (const { reject } of questions) reject(error);
    }
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

/** How the items of one call are answered, each by itself: from a store, or by a provider that takes many. */
export interface EachItemRules<Item, Part, Whole> {
  /** The answer to one item. `ask` asks for it, in one call with the others that have to be asked for. */
  answer(item: Item, ask: (signal: AbortSignal) => Promise<Part>): Promise<Part>;
  /** Asks the provider for these items in one call. */
  ask(items: readonly Item[], signal: AbortSignal): Promise<Whole>;
  /** One answer for each item, in their order; nothing where there is not one for each. */
  split(
    whole: Whole,
    items: readonly Item[],
  ): readonly Part[] | undefined | Promise<readonly Part[] | undefined>;
  /** The answer to all items. */
  join(parts: readonly Part[]): Whole | Promise<Whole>;
  /** The call as its caller made it. */
  bypass(): PromiseLike<Whole>;
}

/** The provider did not give one answer for each item. */
class NotSplitError<Item, Whole> extends Error {
  readonly whole: Whole;
  readonly asked: readonly Item[];

  constructor(whole: Whole, asked: readonly Item[]) {
    super('Not one answer for each item.');
    this.whole = whole;
    this.asked = asked;
  }
}

/** Answers a call item by item; those that no store answers are asked for in one call, once each. */
export async function answerEach<Item, Part, Whole>(
  items: readonly Item[],
  { answer, ask, split, join, bypass }: EachItemRules<Item, Part, Whole>,
): Promise<Whole> {
  const own = new Set<unknown>();
  const batch = new Batch<Item, Part>(async (missing, signal) => {
    own.add(missing);
    const whole = await ask(missing, signal);
    const parts = await split(whole, missing);
    if (parts === undefined) throw new NotSplitError(whole, missing);
    return parts;
  });
  const each = items.map((item) => answer(item, (signal) => batch.ask(item, signal)));
  try {
    return await join(await Promise.all(each));
  } catch (error) {
    if (!(error instanceof NotSplitError)) throw error;
    // The answer to all of these items is the caller's; to a part of them, or to another's, it is nobody's.
    const isWhole = own.has(error.asked) && error.asked.length === items.length;
    return isWhole ? error.whole : bypass();
  }
}

/** `total` in whole parts by weight, which add up to it: how a bill for many items is split between them. */
export function splitByWeight(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  let weighed = 0;
  let given = 0;
  return weights.map((weight) => {
    weighed += weight;
    const upToHere = sum === 0 ? 0 : Math.round((total * weighed) / sum);
    const share = upToHere - given;
    given = upToHere;
    return share;
  });
}
