import { type CacheOptions, createLlmCache, type LlmCache } from '@cached-llm/core';
import { EVENT_NAMES } from '../test-environment/event-names.ts';

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
  /** Events so far. */
  readonly events: object[];
  /** Their names. */
  readonly story: string[];
  /** Why answers were not kept, or calls went past the cache, in turn. */
  readonly reasons: string[];
}

/** What a cache tells, from now on. */
function heard(cache: LlmCache): Pick<WireTrial<never, never>, 'events' | 'story' | 'reasons'> {
  const events: object[] = [];
  const story: string[] = [];
  const reasons: string[] = [];
  for (const name of EVENT_NAMES) {
    cache.on(name, (event) => {
      events.push(event);
      story.push(name);
    });
  }
  for (const name of ['not-admitted', 'bypass'] as const)
    cache.on(name, ({ reason }) => reasons.push(reason));
  return { events, story, reasons };
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
    const server = await start(options);
    try {
      const client = open({ server, cache });
      await use({ server, cache, client, store, ...heard(cache) });
    } finally {
      // The server first: a client may wait for an answer that it holds back.
      await server.close();
      await cache.close();
    }
  };
}
