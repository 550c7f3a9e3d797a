import { type Adapter, kindOf, LlmCacheError } from '@cached-llm/core';
import { type CachedFetchOptions, cachedFetch, type Fetch } from '@cached-llm/http';
import type { CohereClient, CohereClientV2 } from 'cohere-ai';
import { rejects, usageOf } from './admission.ts';
import { batch } from './embeddings.ts';
import { answers, ignore, isStateful } from './identity.ts';
import { stream } from './stream.ts';

/** Cohere: chat, embed and rerank, of the second and of the first version. */
export const cohere: Adapter = {
  provider: 'cohere',
  ignore,
  isStateful,
  answers,
  rejects,
  usageOf,
  stream,
  batch,
};

export type CachedCohereOptions = Omit<CachedFetchOptions, 'adapter' | 'fetch'>;

/** What a client was made with; private in the types, and the only way to make its like. */
interface Inside {
  readonly _options: { readonly fetch?: Fetch; readonly fetcher?: unknown };
}

function wrongClient(found: string, remedy: string): LlmCacheError {
  const message = `cachedCohere takes a client of the cohere-ai package; this is ${found}. ${remedy}`;
  return new LlmCacheError('WRONG_CLIENT', message);
}

function isClient(client: unknown): client is Inside {
  // Looked at, not trusted: `instanceof` fails across two copies of the SDK.
  const candidate = client as Partial<Inside> | null;
  const isOptions = typeof candidate?._options === 'object' && candidate._options !== null;
  return isOptions && 'chatStream' in candidate && 'rerank' in candidate;
}

/**
 * A client of the same class and options, whose repeated calls are answered from a store: `chat`,
 * `chatStream`, `embed` and `rerank` stay as they are. The client you pass is unchanged.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a client of the `cohere-ai` package, and for
 * one with a `fetcher`, which would go round the store.
 */
export function cachedCohere<Client extends CohereClient | CohereClientV2>(
  client: Client,
  options: CachedCohereOptions = {},
): Client {
  const given: unknown = client;
  if (!isClient(given)) {
    throw wrongClient(kindOf(client), 'Write cachedCohere(new CohereClientV2()).');
  }
  if (given._options.fetcher !== undefined) {
    throw wrongClient('one with a fetcher', 'Give it a fetch in its place.');
  }
  const SameClass = client.constructor as new (options: Inside['_options']) => Client; // whatever made it makes its like
  const fetch = cachedFetch({ ...options, adapter: cohere, fetch: given._options.fetch });
  return new SameClass({ ...given._options, fetch });
}
