import { type CacheOptions, createLlmCache, type LlmCache } from '@cached-llm/core';
import { EVENT_NAMES } from './event-names.ts';

interface Closing {
  close(): Promise<void>;
}

export interface AroundClient<Server> {
  readonly server: Server;
  readonly cache: LlmCache;
}

/** A client with its cache in front of a server, and what the cache does. */
export interface WireTrial<Server, Client> extends AroundClient<Server> {
  readonly client: Client;
  /** What the cache keeps, by key. */
  readonly store: Map<string, unknown>;
  /** Events so far, by name. */
  readonly story: string[];
  /** Why answers were not kept, or calls went past the cache, in turn. */
  readonly reasons: string[];
}

/**
 * A function for the tests of an adapter: it starts a server with the options that it is given, runs the test
 * with a client and a cache of its own, and ends them.
 */
export function wireTrial<Options, Server extends Closing, Client>(
  start: (options: Options) => Promise<Server>,
  open: (around: AroundClient<Server>) => Client,
  caching: CacheOptions = {},
) {
  return async (
    options: Options,
    use: (trial: WireTrial<Server, Client>) => Promise<void>,
  ): Promise<void> => {
    const store = new Map<string, unknown>();
    const cache = createLlmCache({ store, ...caching });
    const story: string[] = [];
    const reasons: string[] = [];
    for (const name of EVENT_NAMES) cache.on(name, () => story.push(name));
    for (const name of ['not-admitted', 'bypass'] as const)
      cache.on(name, ({ reason }) => reasons.push(reason));
    const server = await start(options);
    try {
      await use({ server, cache, store, story, reasons, client: open({ server, cache }) });
    } finally {
      await cache.close();
      await server.close();
    }
  };
}
