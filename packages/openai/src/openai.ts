import { type Adapter, kindOf, LlmCacheError } from '@cached-llm/core';
import {
  type CachedFetchOptions,
  cachedFetch,
  type Fetch,
  listedEmbeddings,
} from '@cached-llm/http';
import type { OpenAI } from 'openai';
import { rejects, usageOf } from './admission.ts';
import { cross } from './cross.ts';
import { answers, ignore, isStateful } from './identity.ts';
import { stream } from './stream.ts';

/** OpenAI, and every API that speaks its wire: chat completions, responses, embeddings, completions. */
export const openai: Adapter = {
  provider: 'openai',
  ignore,
  isStateful,
  answers,
  rejects,
  usageOf,
  stream,
  cross,
  batch: listedEmbeddings,
};

export type CachedOpenAIOptions = Omit<CachedFetchOptions, 'adapter' | 'fetch'>;

function fetchOf(client: OpenAI): Fetch | undefined {
  // Private in the types, and the only way to keep the fetch that the client was given.
  return (client as unknown as { readonly fetch?: Fetch }).fetch;
}

function isClient(client: unknown): client is OpenAI {
  // Looked at, not trusted: `instanceof` fails across two copies of the SDK.
  const candidate = client as Partial<OpenAI> | null;
  return typeof candidate?.withOptions === 'function' && 'chat' in candidate;
}

/**
 * The same client, whose repeated calls are answered from a store: same class, same types, streams,
 * `.parse()`, `.stream()`, `runTools` and `.withResponse()` included. The client you pass is unchanged.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a client of the `openai` package.
 */
export function cachedOpenAI<Client extends OpenAI>(
  client: Client,
  options: CachedOpenAIOptions = {},
): Client {
  if (!isClient(client)) {
    throw new LlmCacheError(
      'WRONG_CLIENT',
      `cachedOpenAI takes a client of the openai package; this is ${kindOf(client)}. Write cachedOpenAI(new OpenAI()).`,
    );
  }
  const fetch = cachedFetch({ ...options, adapter: openai, fetch: fetchOf(client) });
  return client.withOptions({ fetch });
}
