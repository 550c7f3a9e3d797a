import { describeKind, installedVersion, requireVersion } from '@cached-llm/core/adapter';
import {
  type CachedClientOptions,
  cachedFetch,
  derivedClient,
  type Fetch,
  warnOfOwnFetch,
  wrongClient,
} from '@cached-llm/http';
import type { CohereClient, CohereClientV2 } from 'cohere-ai';
import { cohere } from './adapter.ts';
import { traceAnswers } from './trace-answers.ts';

/** Options of `cachedCohere`: the cache, and the options of its calls. */
export type CachedCohereOptions = CachedClientOptions;

const EXPECTED = {
  wrapper: 'cachedCohere',
  sdk: 'the cohere-ai package',
  package: 'cohere-ai',
  range: '>=7.20 <9',
  example: 'new CohereClientV2()',
};

/** The options of a client: private in the types, and the only way to make another client like it. */
interface Inside {
  readonly _options: {
    readonly fetch?: Fetch;
    readonly fetcher?: unknown;
    readonly headers?: Readonly<Record<string, unknown>>;
  };
}

function isClient(client: unknown): client is Inside {
  // Its fields are checked: `instanceof` fails across two copies of the SDK.
  const candidate = client as Partial<Inside> | null;
  const isOptions = typeof candidate?._options === 'object' && candidate._options !== null;
  return isOptions && 'chatStream' in candidate && 'rerank' in candidate;
}

/** The SDK itself sets `cache: 'no-store'` on each stream. The caller's own wish is in the header `cache-control`. */
function withoutCacheMode(init: RequestInit & { cache?: unknown } = {}): RequestInit {
  const { cache: _, ...rest } = init;
  return rest;
}

/**
 * A client of the same class and options, whose repeated calls are answered from a store: `chat`,
 * `chatStream`, `embed` and `rerank` stay as they are. The client you pass is unchanged.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a client of the `cohere-ai` package, and for
 * one with a `fetcher`, whose requests do not go through its `fetch`.
 */
export function cachedCohere<Client extends CohereClient | CohereClientV2>(
  client: Client,
  options: CachedCohereOptions = {},
): Client {
  const given: unknown = client;
  // The version that the client sends; an older one than that writes it elsewhere.
  const { _options: sent } = Object(client) as Partial<Inside>;
  const version = sent?.headers?.['X-Fern-SDK-Version'];
  requireVersion(
    EXPECTED,
    typeof version === 'string' ? version : installedVersion(import.meta.url, EXPECTED.package),
  );
  if (!isClient(given)) throw wrongClient(EXPECTED, describeKind(client));
  if (given._options.fetcher !== undefined) {
    throw wrongClient(EXPECTED, 'one with a fetcher', 'Give it a fetch in its place.');
  }
  const SameClass = client.constructor as new (options: Inside['_options']) => Client; // the class that made the client
  const fetching = { ...options, adapter: cohere, fetch: given._options.fetch };
  const cached = cachedFetch(fetching);
  warnOfOwnFetch(fetching);
  const fetch: Fetch = (input, init) => cached(input, withoutCacheMode(init));
  const copy = () => traceAnswers(new SameClass({ ...given._options, fetch }));
  return derivedClient(client, copy, EXPECTED);
}
