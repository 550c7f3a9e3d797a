import {
  CounterSums,
  type Counters,
  emptyCounters,
  type NamedCounters,
  STORE_ITSELF,
} from './counters.ts';

/** Milliseconds that are counted together: the finest span that can be asked for. */
export const WINDOW = 300_000;

/** Windows in memory, which are two hours. Older ones are in the sums of their day, and in the store. */
const MAX_WINDOWS = 25;

/** Counters of all windows in memory. One takes about 2.5 KB. */
const MAX_COUNTERS = 2_000;

/** Users choose the names. Past this many in one day, further names are counted together. */
const MAX_NAMES_PER_DAY = 1_000;

const OTHERS = '(others)';

/** Older days are in the store only. */
const MAX_DAYS = 90;

/** What one process counted on one day. */
export interface CountedDay {
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  /** The sums of those windows that are not in memory any more. */
  readonly earlier: CounterSums;
  /** The names of the day. */
  readonly names: Set<string>;
  /** Something was counted since the day was last written to the store. */
  isChanged: boolean;
}

/** What one process counted in one window. */
export interface CountedWindow {
  /** No other window of this process has it, also where the clock was set back. */
  readonly number: number;
  /** The instant at which it begins, in milliseconds since 1970. */
  readonly from: number;
  readonly of: CountedDay;
  /** By provider, then by model. Nested maps find them on each hit without making a text. */
  readonly counters: Map<string, Map<string | undefined, Counters>>;
  /** Something was counted since the window was last written to the store. Then its day is changed, too. */
  isChanged: boolean;
}

/** `YYYY-MM-DD`, in UTC. */
export function dayOf(instant: number): string {
  const date = new Date(instant);
  // The user supplies the clock, and a time that is no date must not fail a call.
  return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 10);
}

export function countersOfWindow({ of: { day }, counters }: CountedWindow): NamedCounters[] {
  return [...counters].flatMap(([provider, models]) =>
    [...models].map(([model, of]) => ({ day, provider, model, counters: of })),
  );
}

/** What this process counted since it began, by window or day, provider and model. */
export class CountersByTime {
  readonly #now: () => number;
  readonly #days = new Map<string, CountedDay>();
  #windows: CountedWindow[] = [];
  #current: CountedWindow | undefined;
  #begun = 0;
  #earlierUntil = Number.NEGATIVE_INFINITY;
  /** The instant at which `countersOf` was last asked for, in milliseconds since 1970. */
  at = 0;
  /** Called when something is counted for the first time after the window was written to the store. */
  onChange: () => void = () => {};

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Those in memory, in the order in which they began. */
  get windows(): readonly CountedWindow[] {
    return this.#windows;
  }

  /** The end of the last window that is in memory no more. */
  get earlierUntil(): number {
    return this.#earlierUntil;
  }

  /** The counters of this moment. */
  countersOf(provider: string, model: string | undefined): Counters {
    const window = this.#window();
    if (!window.isChanged) this.#mark(window);
    return window.counters.get(provider)?.get(model) ?? this.#add(window, provider, model);
  }

  /** Whoever corrects the counters of this moment later calls what is returned, so that they are written once more. */
  toCorrect(): () => void {
    const window = this.#window();
    return () => this.#mark(window);
  }

  /** The counters of this moment for what concerns no provider. */
  storeCounters(): Counters {
    return this.countersOf(STORE_ITSELF, undefined);
  }

  /** All counters. A name may come several times in a day. */
  *[Symbol.iterator](): Generator<NamedCounters> {
    for (const day of this.#days.values()) yield* this.ofDay(day);
  }

  /** The counters of one day. A name may come several times. */
  ofDay(day: CountedDay): readonly NamedCounters[] {
    const windows = this.#windows.filter(({ of }) => of === day);
    return [...day.earlier.all, ...windows.flatMap(countersOfWindow)];
  }

  /** What was counted since it was last taken. Whoever takes it and cannot write it marks it as changed again. */
  takeChanged(): { readonly days: CountedDay[]; readonly windows: CountedWindow[] } {
    const days = [...this.#days.values()].filter(({ isChanged }) => isChanged);
    const windows = this.#windows.filter(({ isChanged }) => isChanged);
    for (const changed of [...days, ...windows]) changed.isChanged = false;
    return { days, windows };
  }

  /** Begins at 0 again. */
  clear(): void {
    this.#days.clear();
    this.#windows = [];
    this.#current = undefined;
  }

  #mark(window: CountedWindow): void {
    window.isChanged = true;
    window.of.isChanged = true;
    this.onChange();
  }

  #window(): CountedWindow {
    const now = this.#now();
    this.at = now;
    const current = this.#current;
    const isNow = current !== undefined && now >= current.from && now < current.from + WINDOW;
    if (isNow) return current;
    this.#current = this.#begin(Math.floor(now / WINDOW) * WINDOW);
    return this.#current;
  }

  #begin(from: number): CountedWindow {
    const known = this.#windows.find((window) => Object.is(window.from, from));
    if (known !== undefined) return known; // the clock was set back
    this.#begun += 1;
    const of = this.#day(dayOf(from));
    const window = { number: this.#begun, from, of, counters: new Map(), isChanged: false };
    this.#windows.push(window);
    this.#forgetOlder();
    return window;
  }

  #day(name: string): CountedDay {
    const day = this.#days.get(name) ?? {
      ...{ day: name, earlier: new CounterSums(), names: new Set<string>(), isChanged: false },
    };
    this.#days.set(name, day);
    return day;
  }

  /** Adds older windows to their days, and forgets older days. */
  #forgetOlder(): void {
    while (this.#windows.length > 1) {
      const counters = this.#windows.flatMap(countersOfWindow).length;
      if (this.#windows.length <= MAX_WINDOWS && counters <= MAX_COUNTERS) break;
      const [oldest] = this.#windows.splice(0, 1);
      if (oldest !== undefined) this.#addToDay(oldest);
    }
    const [oldestDay] = this.#days.keys();
    if (this.#days.size > MAX_DAYS && oldestDay !== undefined) this.#days.delete(oldestDay);
  }

  #addToDay(window: CountedWindow): void {
    window.of.earlier.add(countersOfWindow(window));
    this.#earlierUntil = Math.max(this.#earlierUntil, window.from + WINDOW);
  }

  #add(window: CountedWindow, provider: string, model: string | undefined): Counters {
    const { names } = window.of;
    const id = JSON.stringify([provider, model]);
    const isFull = !names.has(id) && names.size >= MAX_NAMES_PER_DAY;
    const [name, of] = isFull ? [OTHERS, undefined] : [provider, model];
    if (!isFull) names.add(id);
    const models = window.counters.get(name) ?? new Map<string | undefined, Counters>();
    const added = models.get(of) ?? emptyCounters();
    window.counters.set(name, models.set(of, added));
    return added;
  }
}
