import { EVENT_NAMES, type ManualClock, manualClock } from '@cached-llm/testing';
import type { CacheEvents, CacheOptions, EventName, LlmCache } from '../src/index.ts';
import { createLlmCache } from '../src/index.ts';

interface Told {
  readonly name: EventName;
  readonly event: CacheEvents[EventName];
}

export interface Trial {
  readonly cache: LlmCache;
  readonly clock: ManualClock;
  readonly events: readonly Told[];
  /** The names of all events so far, in order. */
  readonly story: () => readonly EventName[];
}

/** A cache under a clock that stands still, with every event it ever tells. */
export function startTrial(options: CacheOptions = {}): Trial {
  const clock = manualClock();
  const cache = createLlmCache({ now: clock.now, ...options });
  const events: Told[] = [];
  for (const name of EVENT_NAMES) cache.on(name, (event) => events.push({ name, event }));
  return { cache, clock, events, story: () => events.map(({ name }) => name) };
}

/** What runs behind an answer, in a store that answers at once, is done. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The chunks of a stream, read to its end. */
export async function chunksOf(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
