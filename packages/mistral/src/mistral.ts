import { describeKind, installedVersion, requireVersion } from '@cached-llm/core/adapter';
import {
  type CachedClientOptions,
  cachedFetch,
  derivedClient,
  type Fetch,
  warnOfOwnFetch,
  wrongClient,
} from '@cached-llm/http';
import type { HTTPClient, Mistral, SDKOptions } from '@mistralai/mistralai';
// All of it, because a version that is refused has no named exports.
import * as sdk from '@mistralai/mistralai';
import { mistral } from './adapter.ts';
import { traceAnswers } from './trace-answers.ts';

/** Options of `cachedMistral`: the cache, and the options of its calls. */
export type CachedMistralOptions = CachedClientOptions;

const EXPECTED = {
  wrapper: 'cachedMistral',
  sdk: 'the @mistralai/mistralai package',
  package: '@mistralai/mistralai',
  range: '>=1.10 <3',
  example: 'new Mistral()',
};

/** A copy of the client's HTTP client that has the cache below its hooks: a hook may change the request. */
function cachedHttp(given: HTTPClient, options: CachedMistralOptions): HTTPClient {
  // By name: two copies of the SDK have two such classes.
  if (given.constructor.name !== sdk.HTTPClient.name) {
    const found = `one with an httpClient of its own class, ${given.constructor.name}`;
    throw wrongClient(EXPECTED, found, 'Write httpClient: new HTTPClient({ fetcher }).');
  }
  const client = given.clone();
  const inside = client as unknown as { fetcher: Fetch }; // private in the types, and the last step before the network
  const fetching = { ...options, adapter: mistral, fetch: inside.fetcher };
  warnOfOwnFetch(fetching);
  inside.fetcher = cachedFetch(fetching);
  return client;
}

function isClient(client: unknown): client is Mistral {
  // Its fields are checked: `instanceof` fails across two copies of the SDK.
  const candidate = client as Partial<Mistral> | null;
  return typeof candidate?._options === 'object' && 'chat' in candidate && 'fim' in candidate;
}

/**
 * A client of the same class and options, whose repeated calls are answered from a store: `chat.complete`,
 * `.stream()`, `.parse()`, `fim` and `embeddings` stay as they are. The client you pass is unchanged.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a client of the `@mistralai/mistralai` package,
 * and for one with an `httpClient` of another class than the SDK's.
 */
export function cachedMistral<Client extends Mistral>(
  client: Client,
  options: CachedMistralOptions = {},
): Client {
  requireVersion(EXPECTED, installedVersion(import.meta.url, EXPECTED.package));
  if (!isClient(client)) throw wrongClient(EXPECTED, describeKind(client));
  const given = client._options;
  const SameClass = client.constructor as new (options: SDKOptions) => Client; // the class that made the client
  const httpClient = cachedHttp(given.httpClient ?? new sdk.HTTPClient(), options);
  const copy = () => traceAnswers(new SameClass({ ...given, httpClient }));
  return derivedClient(client, copy, EXPECTED);
}
