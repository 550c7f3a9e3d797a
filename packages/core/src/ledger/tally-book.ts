import { type DayBook, type NamedTally, NOBODY, rowsOf } from './day-book.ts';
import { emptyTally, type Tally } from './tally.ts';

/** Names are the users': past this many in a day, the rest are counted together. */
const MOST = 1_000;
const OTHERS = '(others)';
const DAY = 86_400_000;
/** Older ones are in the store, if anywhere. */
const MOST_DAYS = 90;

/** What this process counted since it began, by day. */
export class TallyBook {
  readonly #now: () => number;
  readonly #days = new Map<string, DayBook>();
  #today: DayBook | undefined;
  #dayFrom = 0;
  #size = 0;
  /** Told when something is counted after all had been written down. */
  onChange: () => void = () => {};

  constructor(now: () => number) {
    this.#now = now;
  }

  get days(): Iterable<DayBook> {
    return this.#days.values();
  }

  /** Of today. */
  tally(provider: string, model: string | undefined): Tally {
    const today = this.#current();
    if (!today.isChanged) {
      today.isChanged = true;
      this.onChange();
    }
    return today.tallies.get(provider)?.get(model) ?? this.#add(today, provider, model);
  }

  /** Of what concerns no provider. */
  storeTally(): Tally {
    return this.tally(NOBODY, undefined);
  }

  *[Symbol.iterator](): Generator<NamedTally> {
    for (const { day, tallies } of this.#days.values()) {
      for (const row of rowsOf(tallies)) yield { day, ...row };
    }
  }

  #current(): DayBook {
    const now = this.#now();
    const isToday = now >= this.#dayFrom && now < this.#dayFrom + DAY;
    if (this.#today === undefined || !isToday) this.#today = this.#begin(now);
    return this.#today;
  }

  #begin(now: number): DayBook {
    this.#dayFrom = Math.floor(now / DAY) * DAY;
    const date = new Date(this.#dayFrom);
    // The clock is the user's: no date breaks a call.
    const day = Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 10);
    const known = this.#days.get(day) ?? { day, tallies: new Map(), isChanged: false };
    this.#days.set(day, known);
    const [oldest] = this.#days.keys();
    if (this.#days.size > MOST_DAYS && oldest !== undefined) this.#days.delete(oldest);
    this.#size = [...known.tallies.values()].reduce((sum, models) => sum + models.size, 0);
    return known;
  }

  #add({ tallies }: DayBook, provider: string, model: string | undefined): Tally {
    const isFull = this.#size >= MOST;
    const [name, of] = isFull ? [OTHERS, undefined] : [provider, model];
    const models = tallies.get(name) ?? new Map<string | undefined, Tally>();
    const tally = models.get(of) ?? emptyTally();
    tallies.set(name, models.set(of, tally));
    this.#size += 1;
    return tally;
  }
}
