import { pause, type StoreFigures } from '@cached-llm/core/store';
import { factOf, type RunVerb } from './verbs.ts';

/** Entries are counted again when the count is as old as this, in milliseconds, or as ten times what it took. */
const OLDEST = 5_000;
const SHARE = 10;
/** The figures wait for the first count no longer than this, because it reads every row. */
const FIRST_WAIT = 300;

interface Counted {
  /** As the command line prints it. Its fields that are not known are absent. */
  readonly store: Partial<StoreFigures>;
  readonly endedAt: number;
  readonly took: number;
}

/** Counts the entries behind the figures: one count at a time, by the command line. */
export class StoreCount {
  readonly #run: RunVerb;
  readonly #now: () => number;
  #last: Counted | undefined;
  /** How often something was changed. */
  #changes = 0;
  #counting: Promise<void> | undefined;

  constructor(run: RunVerb, now: () => number) {
    this.#run = run;
    this.#now = now;
  }

  /** The last count. Undefined while the first one runs. */
  async latest(): Promise<Counted['store'] | undefined> {
    const { endedAt = Number.NEGATIVE_INFINITY, took = 0 } = this.#last ?? {};
    const isOld = this.#now() - endedAt >= Math.max(OLDEST, SHARE * took);
    if (isOld) this.#counting ??= this.#count();
    const counting = this.#counting ?? Promise.resolve();
    await Promise.race([counting, pause(FIRST_WAIT, { ref: false })]);
    return this.#last?.store;
  }

  /** The next figures wait for a new count, because something was changed. */
  forget(): void {
    this.#last = undefined;
    this.#changes += 1;
  }

  /** A count during which something was changed is repeated, because it may have passed that. */
  async #count(): Promise<void> {
    let counted: Counted;
    let changes: number;
    do {
      changes = this.#changes;
      counted = await this.#countOnce();
    } while (changes !== this.#changes);
    this.#last = counted;
    this.#counting = undefined;
  }

  async #countOnce(): Promise<Counted> {
    const startedAt = this.#now();
    // Where the store fails, the figures themselves say so.
    const { facts } = await this.#run(['stats', '--size']);
    const [fact] = facts as readonly { readonly store?: Counted['store'] }[]; // what the verb prints
    const endedAt = this.#now();
    return { store: fact?.store ?? {}, endedAt, took: endedAt - startedAt };
  }
}

/** What `stats` prints, and the last count of the entries in it. */
export async function readStats(run: RunVerb, count: StoreCount, since: readonly string[]) {
  const fact = await factOf(run, ['stats', '--quick', ...since]); // before the count, which keeps the store busy
  const counted = await count.latest();
  const { store, ...figures } = fact as { readonly store: object }; // what the verb prints
  return { ...figures, store: { ...store, ...counted }, isCounting: counted === undefined };
}
