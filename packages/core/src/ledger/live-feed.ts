import { namespacePrefix, type Usage } from '../entry/index.ts';
import { BoundedMap } from '../key/index.ts';
import { readAll, type Store } from '../store/index.ts';
import { type NotedCall, type NotedCalls, type NotedCost, readLiveText } from './live-call.ts';
import { liveKeys } from './live-store.ts';
import { bestPrice, type PricedModel } from './prices.ts';

/** What an answer saved or cost. A field is absent where that is not known. */
export interface LiveCost {
  /** Tokens of the request. */
  readonly input?: number | undefined;
  /** Tokens of the answer. */
  readonly output?: number | undefined;
  /** US dollars. */
  readonly usd?: number | undefined;
}

/** A call of any process that has `live`. It has nothing of a prompt, an answer, a scope or a credential. */
export interface LiveCall extends Omit<NotedCall, 'number' | 'saved' | 'spent'> {
  /** No other call has it. */
  readonly id: string;
  /** A later change of a call has a higher number. */
  readonly change: number;
  /** The name of its process. */
  readonly process: string;
  /** What the system calls its process. */
  readonly pid?: number | undefined;
  /** Absent where the call saved nothing, or not yet. */
  readonly saved?: LiveCost | undefined;
  /** Absent where the call cost nothing, or not yet. */
  readonly spent?: LiveCost | undefined;
}

/** What changed since it was last asked for. */
export interface LiveNews {
  /** The number of the last change, to ask for what comes after it. */
  readonly last: number;
  /** Calls that began, or that ended, in the order of these changes. */
  readonly calls: readonly LiveCall[];
  /** Processes that have `live` and that asked something within the last ten minutes. */
  readonly processes: number;
  /** Calls that were too many to be noted. They are counted, as all calls are. */
  readonly unseen: number;
}

/** Whose calls are read. */
export interface LiveSource {
  /** The store that the processes share. */
  readonly store: Store;
  /** That of the caches that call. @default 'cached-llm' */
  readonly namespace?: string | undefined;
  /** Prices answers of which their own process knows no price, as `priceOf` of a cache does. @default the list of prices */
  readonly priceOf?:
    | ((usage: Usage | undefined, whose: PricedModel) => number | undefined)
    | undefined;
}

/** More than all rows hold, so that a call is known as long as a row has it. */
const MOST_KNOWN = 8_000;

/** What all caches noted. @throws what the store throws */
async function readNotedCalls(store: Store, prefix: string): Promise<readonly NotedCalls[]> {
  const rows = await readAll(store, [...liveKeys(prefix)]);
  return (Array.isArray(rows) ? rows : []).flatMap((text: unknown) => {
    const noted = readLiveText(text);
    if (noted === undefined) return [];
    const calls = noted.calls.map((call) =>
      call.key === undefined ? call : { ...call, key: `${prefix}${call.key}` },
    );
    return [{ ...noted, calls }];
  });
}

/** Follows the calls of all processes that share a store and have `live`. Callers at the same time share one read of the store. */
export class LiveFeed {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #priceOf: NonNullable<LiveSource['priceOf']>;
  /** The one that changed last is the last one. */
  readonly #calls = new BoundedMap<string, LiveCall>(MOST_KNOWN);
  readonly #texts = new BoundedMap<string, string>(MOST_KNOWN);
  /** What was last read of each cache. */
  #read = new Map<string, NotedCalls>();
  #last = 0;
  #unseen = 0;
  #reading: Promise<void> | undefined;

  constructor({ store, namespace = 'cached-llm', priceOf }: LiveSource) {
    this.#store = store;
    this.#prefix = namespacePrefix(namespace);
    this.#priceOf = priceOf ?? ((usage, whose) => bestPrice(undefined, usage, whose));
  }

  /**
   * What changed after the change of this number. Who asks with 0 gets all that is known.
   *
   * @throws what the store throws
   */
  async read(after = 0): Promise<LiveNews> {
    this.#reading ??= this.#readAll();
    try {
      await this.#reading;
    } finally {
      this.#reading = undefined;
    }
    const from = after > this.#last ? 0 : after; // it is of another feed
    const processes = new Set([...this.#read.values()].map(({ process }) => process)).size;
    const calls = [...this.#calls.values()].filter(({ change }) => change > from);
    return { last: this.#last, calls, processes, unseen: this.#unseen };
  }

  async #readAll(): Promise<void> {
    const all = await readNotedCalls(this.#store, this.#prefix);
    const byCache = new Map(all.map((noted) => [`${noted.process}:${noted.instance}`, noted]));
    const changed = [...byCache].flatMap(([name, noted]) => {
      const before = this.#read.get(name);
      if (before?.writes === noted.writes) return [];
      this.#countUnseen(before, noted);
      return noted.calls.map((call) => ({ name, noted, call }));
    });
    this.#read = byCache;
    const at = ({ call }: (typeof changed)[number]) => call.at;
    for (const { name, noted, call } of changed.sort((one, other) => at(one) - at(other)))
      this.#take(`${name}:${call.number}`, noted, call);
  }

  /** What was noted before this feed began is not counted. */
  #countUnseen(before: NotedCalls | undefined, { total, calls }: NotedCalls): void {
    if (before === undefined) return;
    const seen = calls.filter(({ number }) => number > before.total).length;
    this.#unseen += Math.max(0, total - before.total - seen);
  }

  #take(id: string, { process, pid }: NotedCalls, { number: _, ...call }: NotedCall): void {
    const text = JSON.stringify(call);
    if (this.#texts.get(id) === text) return;
    this.#texts.set(id, text);
    this.#last += 1;
    const { saved, spent, ...what } = call;
    this.#calls.set(id, {
      ...{ id, change: this.#last, process, pid, ...what },
      ...{ saved: this.#priced(call, saved), spent: this.#priced(call, spent) },
    });
  }

  #priced(call: Omit<NotedCall, 'number'>, cost: NotedCost | undefined): LiveCost | undefined {
    if (cost === undefined) return undefined;
    const { provider, model, at } = call;
    const { usage, servedModel, endpoint } = cost;
    const whose = { provider, model, servedModel, endpoint, day: new Date(at) };
    const usd = cost.usd ?? this.#priceOf(usage, whose);
    return { input: usage?.inputTokens, output: usage?.outputTokens, usd };
  }
}
