interface Question<Item, Answer> {
  readonly item: Item;
  readonly signal: AbortSignal;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Asks for many items at once: one answer each, in their order. */
export type AskAll<Item, Answer> = (
  items: readonly Item[],
  signal: AbortSignal,
) => Promise<readonly Answer[]>;

/** Gathers what is asked within one turn of the event loop, and asks it at once. */
export class Batch<Item, Answer> {
  readonly #askAll: AskAll<Item, Answer>;
  #questions: Question<Item, Answer>[] = [];

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
