import { createLlmCache, type LlmCache, MemoryStore } from '@cached-llm/core';
import { cachedMistral } from '@cached-llm/mistral';
import { startWireServer, type WireServer, type WireServerOptions } from '@cached-llm/testing';
import { expect } from '@jest/globals';
import { Mistral, type SDKOptions } from '@mistralai/mistralai';

/** A client as an application makes it, against a server on this machine. */
export function clientOf({ url }: WireServer, options: SDKOptions = {}): Mistral {
  return new Mistral({ apiKey: 'key-test-secret', serverURL: url, ...options });
}

export interface Wire {
  readonly server: WireServer;
  readonly cache: LlmCache;
  readonly store: MemoryStore;
  readonly client: Mistral;
  /** Events so far: the name, and why an answer was not kept. */
  readonly story: string[];
}

const EVENTS = ['hit', 'stale', 'miss', 'collapsed', 'bypass', 'stored', 'not-admitted'] as const;

/** Runs `use` with a cached client, and ends the server. */
export async function withWire(
  options: WireServerOptions,
  use: (wire: Wire) => Promise<void>,
): Promise<void> {
  const server = await startWireServer(options);
  const store = new MemoryStore();
  const cache = createLlmCache({ store });
  const story: string[] = [];
  for (const name of EVENTS) {
    cache.on(name, (event) => story.push('reason' in event ? `${name}: ${event.reason}` : name));
  }
  try {
    await use({ server, cache, store, story, client: cachedMistral(clientOf(server), { cache }) });
  } finally {
    await cache.close();
    await server.close();
  }
}

export async function chunksOf<Chunk>(stream: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** Everything the store holds, in one text. */
export async function dumpOf(store: MemoryStore): Promise<string> {
  const rows = await chunksOf(store.scan(''));
  return rows.map(({ key, value }) => `${key} ${value}`).join('\n');
}

export async function eventually(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !isTrue(); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(isTrue()).toBe(true);
}
