import { type CacheOptions, createLlmCache, type LlmCache } from '@cached-llm/core';
import { type EventLog, eventLog } from '../test-environment/index.ts';

interface Closing {
  close(): Promise<void>;
}

/** What stands around a client in a trial: the server that it calls, and the cache that it has. */
export interface AroundClient<Server> {
  readonly server: Server;
  readonly cache: LlmCache;
}

/** A client with its cache in front of a server, and the events of the cache. */
export interface WireTrial<Server, Client> extends AroundClient<Server>, EventLog {
  readonly client: Client;
  /** The rows of the cache's store, by key. */
  readonly store: Map<string, unknown>;
}

/**
 * Makes a function for the tests of an adapter. It starts a server with the options that it gets, runs the test with a
 * client and a cache of its own, and ends them.
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
    const server = await start(options);
    try {
      const client = open({ server, cache });
      await use({ server, cache, client, store, ...eventLog(cache) });
    } finally {
      // The server first: a client may wait for an answer that it holds back.
      await server.close();
      await cache.close();
    }
  };
}
