import { EntryStore } from '../entry-store/index.ts';
import { Flights } from '../flight/index.ts';
import { MemoryRowStore } from '../memory/index.ts';
import { isWorkers } from '../options/index.ts';
import { Pipeline } from '../pipeline/index.ts';
import { type CacheContext, rowStoreOf } from './cache-context.ts';
import type { CacheOptions, ResolvedCacheOptions } from './cache-options.ts';

type WaitUntil = NonNullable<CacheOptions['waitUntil']>;

/** As `process.getBuiltinModule` gives it; older versions have no such function. */
interface WorkersModule {
  readonly waitUntil?: WaitUntil;
}

/** Lets the platform wait for work, whose failure is no failure of the request. */
function waitUntilOf({ waitUntil }: ResolvedCacheOptions): Pipeline['flights']['waitUntil'] {
  const ofPlatform: WorkersModule | undefined = isWorkers
    ? Reflect.get(process, 'getBuiltinModule')?.('cloudflare:workers')
    : undefined;
  const wait = waitUntil ?? ofPlatform?.waitUntil;
  return (work) => {
    const ended = work.catch(() => {});
    try {
      wait?.(ended);
    } catch {
      // There is no request at this moment.
    }
  };
}

/** Further requests that begin meanwhile make the parts of the first ones again. */
const MOST_REQUESTS = 8;

/** Workers let a request use no signal that another one has made. */
function isOfThisRequest({ signal }: { readonly signal: AbortSignal }): boolean {
  try {
    return !signal.aborted;
  } catch {
    return false;
  }
}

/** Undefined outside of a request, where Workers make no signal. */
function signalOfRequest(): AbortSignal | undefined {
  try {
    return new AbortController().signal;
  } catch {
    return undefined;
  }
}

/** Makes parts for each request. Outside of a request, there are those that are given. */
function perRequest<Parts>(outside: Parts, make: () => Parts): () => Parts {
  const known: { readonly signal: AbortSignal; readonly parts: Parts }[] = [];
  return () => {
    const own = known.find(isOfThisRequest);
    if (own !== undefined) return own.parts;
    const signal = signalOfRequest();
    if (signal === undefined) return outside;
    const made = { signal, parts: make() };
    known.unshift(made);
    known.splice(MOST_REQUESTS);
    return made.parts;
  };
}

/** The flights of one request, which no other can join. An invalidation detaches those of all requests. */
class FlightsOfRequest<Result> extends Flights<Result> {
  readonly #all: Set<WeakRef<Flights<Result>>>;

  constructor(all: Set<WeakRef<Flights<Result>>>) {
    super();
    this.#all = all;
    for (const each of all) if (each.deref() === undefined) all.delete(each);
    all.add(new WeakRef(this));
  }

  override detachKey(key: string): void {
    for (const each of this.#all) if (each.deref()) super.detachKey.call(each.deref(), key);
  }

  override detachTag(tag: string): void {
    for (const each of this.#all) if (each.deref()) super.detachTag.call(each.deref(), tag);
  }
}

/** The parts in which calls wait for each other. What is in the memory of this process is one for all requests. */
function partsMaker(options: ResolvedCacheOptions, base: CacheContext) {
  const { events, now, inspection, backOff } = base;
  const { storeTimeout, isShared } = options;
  const tags = isShared ? undefined : base.entries.tags;
  const waitUntil = waitUntilOf(options);
  const all = new Set<WeakRef<Pipeline['flights']>>([new WeakRef(base.pipeline.flights)]);
  return () => {
    const isMemory = base.rows instanceof MemoryRowStore;
    const rows = isMemory ? base.rows : rowStoreOf(options, events, false);
    const entries = new EntryStore(rows, options, tags);
    const flights: Pipeline['flights'] = new FlightsOfRequest(all);
    flights.waitUntil = waitUntil;
    const known = { entries, events, now, inspection, backOff };
    const pipeline = new Pipeline({ ...known, leases: undefined, storeTimeout, flights });
    return { rows, entries, pipeline };
  };
}

/**
 * Prepares a cache for platforms that end what a request has begun together with the request. Workers do so in one process for many
 * requests, and let none wait for a call, a read or a write that another one has begun. In `context` and in `cache`, each request
 * finds its own parts there.
 */
export function prepareRequests(
  cache: object,
  context: CacheContext,
  options: ResolvedCacheOptions,
): void {
  context.pipeline.flights.waitUntil = waitUntilOf(options);
  if (!isWorkers) return;
  const base = { ...context };
  const ofRequest = perRequest<Pick<CacheContext, 'rows' | 'entries' | 'pipeline'>>(
    base,
    partsMaker(options, base),
  );
  for (const name of ['rows', 'entries', 'pipeline'] as const)
    Object.defineProperty(context, name, { get: () => ofRequest()[name] });
  Object.defineProperty(cache, 'pipeline', { get: () => ofRequest().pipeline });
}
