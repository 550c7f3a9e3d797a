import { type Adapter, kindOf, LlmCacheError } from '@cached-llm/core';
import { type CachedFetchOptions, cachedFetch, type Fetch } from '@cached-llm/http';
import type { GoogleGenAI } from '@google/genai';
import { rejects, usageOf } from './admission.ts';
import { cross } from './cross.ts';
import { batch } from './embeddings.ts';
import { endingWithItsReader } from './ending-with-its-reader.ts';
import { answers, ignore, isStateful, modelOf } from './identity.ts';
import { stream } from './stream.ts';
import { unhurriedFetch } from './unhurried-fetch.ts';

/** Gemini, on the Gemini API and on Vertex AI: content, streamed or not, embeddings and counts of tokens. */
export const google: Adapter = {
  provider: 'google',
  ignore,
  temperature: 'generationConfig.temperature',
  modelOf,
  isStateful,
  answers,
  rejects,
  usageOf,
  stream,
  cross,
  batch,
};

export type CachedGoogleOptions = Omit<CachedFetchOptions, 'adapter' | 'fetch'>;

/** What a wired fetch calls itself. Two doors in a row would wait for each other over one key. */
const upstreams = new WeakMap<Fetch, Fetch>();

interface Wiring {
  readonly clientOptions?: { readonly httpOptions?: { fetch?: Fetch } };
}

/** Where each request of the client, its chats and its other modules reads what `httpOptions` it was made with. */
function httpOptionsOf(client: unknown): { fetch?: Fetch } | undefined {
  // Internal to the SDK, hence looked at and not trusted; it has no other place for a fetch once it is made.
  const candidate = client as { readonly apiClient?: Wiring; readonly models?: unknown } | null;
  return candidate?.models === undefined
    ? undefined
    : candidate.apiClient?.clientOptions?.httpOptions;
}

/**
 * The client, wired so that repeated calls are answered from a store: `generateContent`, streams, chats,
 * automatic function calling, `embedContent` and `countTokens`. **It is the object that you pass**: the SDK
 * has no way to derive a client from another. Wired again, it has the new options only.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a client of the `@google/genai` package.
 */
export function cachedGoogle<Client extends GoogleGenAI>(
  client: Client,
  options: CachedGoogleOptions = {},
): Client {
  const httpOptions = httpOptionsOf(client);
  if (httpOptions === undefined) {
    throw new LlmCacheError(
      'WRONG_CLIENT',
      `cachedGoogle takes a client of the @google/genai package; this is ${kindOf(client)}. Write cachedGoogle(new GoogleGenAI({})).`,
    );
  }
  const { fetch: given = unhurriedFetch } = httpOptions;
  const upstream = upstreams.get(given) ?? given;
  const cached = cachedFetch({ ...options, adapter: google, fetch: upstream });
  const fetch: Fetch = async (input, init) => endingWithItsReader(await cached(input, init));
  upstreams.set(fetch, upstream);
  httpOptions.fetch = fetch;
  return client;
}
