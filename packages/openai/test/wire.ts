import { createLlmCache, type LlmCache } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { startWireServer, type WireServer, type WireServerOptions } from '@cached-llm/testing';
import { OpenAI } from 'openai';

/** A client as an application makes it, against a server on this machine. */
export function clientOf({ url }: WireServer, options = {}): OpenAI {
  return new OpenAI({ apiKey: 'sk-test-secret', baseURL: `${url}/v1`, maxRetries: 0, ...options });
}

export interface Wire {
  readonly server: WireServer;
  readonly cache: LlmCache;
  readonly client: OpenAI;
  /** Events so far, by name. */
  readonly story: string[];
}

const EVENTS = ['hit', 'stale', 'miss', 'collapsed', 'bypass', 'stored', 'not-admitted'] as const;

/** Runs `use` with a cached client, and ends the server. */
export async function withWire(
  options: WireServerOptions,
  use: (wire: Wire) => Promise<void>,
): Promise<void> {
  const server = await startWireServer(options);
  const cache = createLlmCache();
  const story: string[] = [];
  for (const name of EVENTS) cache.on(name, () => story.push(name));
  try {
    await use({ server, cache, story, client: cachedOpenAI(clientOf(server), { cache }) });
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
