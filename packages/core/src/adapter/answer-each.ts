import { Batch } from './batch.ts';

/** How the items of one call are answered, each by itself: from a store, or by a provider that takes many. */
export interface EachRules<Item, Part, Whole> {
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
  pass(): PromiseLike<Whole>;
}

/** The provider did not give one answer for each item. */
class NotSplit<Item, Whole> extends Error {
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
  { answer, ask, split, join, pass }: EachRules<Item, Part, Whole>,
): Promise<Whole> {
  const own = new Set<unknown>();
  const batch = new Batch<Item, Part>(async (missing, signal) => {
    own.add(missing);
    const whole = await ask(missing, signal);
    const parts = await split(whole, missing);
    if (parts === undefined) throw new NotSplit(whole, missing);
    return parts;
  });
  const each = items.map((item) => answer(item, (signal) => batch.ask(item, signal)));
  try {
    return await join(await Promise.all(each));
  } catch (error) {
    if (!(error instanceof NotSplit)) throw error;
    // The answer to all of these items is the caller's; to a part of them, or to another's, it is nobody's.
    const isWhole = own.has(error.asked) && error.asked.length === items.length;
    return isWhole ? error.whole : pass();
  }
}
