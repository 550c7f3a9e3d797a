import { readdirSync, readFileSync } from 'node:fs';
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

const SOURCES = new URL('../src/', import.meta.url);

/** The modules that a source file of the core loads when they are needed. */
function loadedOnDemand(file: string): string[] {
  const source = new URL(file, SOURCES);
  const imports = readFileSync(source, 'utf8').matchAll(/(?<!typeof )import\('(\.[^']+)'\)/g);
  return [...imports].map(([, path = '']) => new URL(path, source).href);
}

async function loadOnDemand(): Promise<void> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  const modules = files.filter((file) => file.endsWith('.ts')).flatMap(loadedOnDemand);
  // Jest cannot link two modules at once that import the same ones.
  for (const module of new Set(modules)) await import(module);
}

let onDemand: Promise<void> | undefined;

/**
 * Resolves when the background work of an answer is done, where the store answers at once. The first call of a file waits
 * until whatever the cache loads on demand is there, which takes long on a busy machine.
 */
export async function settled(): Promise<void> {
  onDemand ??= loadOnDemand();
  await onDemand;
  await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Everything that an iterable yields, read to its end. */
export async function chunksOf<Chunk>(stream: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
