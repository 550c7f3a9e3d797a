import { describeKind, installedVersion, requireVersion } from '@cached-llm/core/adapter';
import {
  type CachedClientOptions,
  cachedFetch,
  derivedClient,
  type Fetch,
  warnOfOwnFetch,
  wrongClient,
} from '@cached-llm/http';
import type { Ollama } from 'ollama';
import { ollama } from './adapter.ts';

/** Options of `cachedOllama`: the cache, and the options of its calls. */
export type CachedOllamaOptions = CachedClientOptions;

const EXPECTED = {
  wrapper: 'cachedOllama',
  sdk: 'the ollama package',
  package: 'ollama',
  range: '>=0.5 <0.7',
  example: 'new Ollama()',
};

/** Fields that are protected in the types, and the only way to make another client like this one. */
interface Inside {
  readonly fetch: Fetch;
  readonly config: { readonly host: string };
}

function isClient(client: unknown): client is Inside {
  // Its fields are checked: `instanceof` fails across two copies of the SDK.
  const candidate = client as (Partial<Ollama> & Partial<Inside>) | null;
  return typeof candidate?.fetch === 'function' && 'chat' in candidate && 'pull' in candidate;
}

/**
 * A client of the same class and settings, whose repeated calls are answered from a store: `chat`,
 * `generate`, `embed`, their streams and `abort()` stay as they are. The client you pass is unchanged.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a client of the `ollama` package.
 */
export function cachedOllama<Client extends Ollama>(
  client: Client,
  options: CachedOllamaOptions = {},
): Client {
  const given: unknown = client;
  requireVersion(EXPECTED, installedVersion(import.meta.url, EXPECTED.package));
  if (!isClient(given)) throw wrongClient(EXPECTED, describeKind(client));
  const SameClass = client.constructor as new (config: object) => Client; // the class that made the client
  const fetching = { ...options, adapter: ollama, fetch: given.fetch };
  const fetch = cachedFetch(fetching);
  warnOfOwnFetch(fetching);
  // A client stores all of its options but `proxy`; a client with a proxy has no host.
  const settings = { ...given.config, proxy: given.config.host === '', fetch };
  return derivedClient(client, () => new SameClass(settings), EXPECTED);
}
