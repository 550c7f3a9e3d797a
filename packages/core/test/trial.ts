import { EVENT_NAMES, type ManualClock, manualClock } from '@cached-llm/testing';
import { afterEach } from '@jest/globals';
import type { CacheEvents, CacheOptions, EventName, LlmCache } from '../src/index.ts';
import { createLlmCache } from '../src/index.ts';

interface SentEvent {
  readonly name: EventName;
  readonly event: CacheEvents[EventName];
}

export interface Trial {
  readonly cache: LlmCache;
  readonly clock: ManualClock;
  readonly events: readonly SentEvent[];
  /** The names of all events so far, in order. */
  readonly story: () => readonly EventName[];
}

const opened: LlmCache[] = [];

/** Closes every cache of the test, because the timer of a ledger would outlive the test file. */
export async function closeTrials(): Promise<void> {
  await Promise.all(opened.splice(0).map((cache) => cache.close()));
}

afterEach(closeTrials);

/** A cache under a clock that only the test advances, and every event that the cache emits. */
export function startTrial(options: CacheOptions = {}): Trial {
  const clock = manualClock();
  const cache = createLlmCache({ now: clock.now, ...options });
  opened.push(cache);
  const events: SentEvent[] = [];
  for (const name of EVENT_NAMES) cache.on(name, (event) => events.push({ name, event }));
  return { cache, clock, events, story: () => events.map(({ name }) => name) };
}

/** Resolves when the background work of an answer is done, where the store answers at once. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Everything that an iterable yields, read to its end. */
export async function chunksOf<Chunk>(stream: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
