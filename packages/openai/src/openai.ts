import { describeKind, type ExpectedVersions } from '@cached-llm/core/adapter';
import {
  type CachedClientOptions,
  type CachedFetchOptions,
  cachedFetch,
  copyWithFetch,
  derivedClient,
  type ExpectedClient,
  fetchOf,
  isCopied,
  requireClientVersion,
  warnOfOwnFetch,
  wrongClient,
} from '@cached-llm/http';
import type { OpenAI } from 'openai';
import { observeClient } from './observe-client.ts';
import { openai } from './openai-adapter.ts';

/** Options of `cachedOpenAI` and `cachedGroq`: the cache, and the options of their calls. */
export type CachedOpenAIOptions = CachedClientOptions;

/** What is used of a client of Azure. */
interface AzureClient {
  readonly apiVersion?: string;
  readonly deploymentName?: string | undefined;
  readonly _azureADTokenProvider?: (() => Promise<string>) | undefined;
}

function isClient(client: unknown): client is AzureClient {
  // Its fields are checked: `instanceof` fails across two copies of the SDK.
  const candidate = client as Partial<OpenAI> | null;
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    'chat' in candidate &&
    isCopied(candidate)
  );
}

/** What Azure's client in openai 4 and 6 does not give to a copy: which deployment answers, and how. */
const azureOptions = ({ apiVersion, deploymentName: deployment }: AzureClient) =>
  typeof apiVersion === 'string' ? { apiVersion, deployment } : {};

/** In openai 4 the options of Azure's client do not say who signs in. */
function signedIn<Client extends AzureClient>(copy: Client, given: AzureClient): Client {
  const { _azureADTokenProvider } = given;
  return _azureADTokenProvider === undefined
    ? copy
    : Object.assign(copy, { _azureADTokenProvider });
}

/**
 * A copy of the client with a cached `fetch`.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT`
 */
export function withCachedFetch<Client extends object>(
  client: Client,
  expected: ExpectedClient & ExpectedVersions,
  options: CachedFetchOptions,
): Client {
  const given: unknown = client;
  requireClientVersion(client, expected);
  if (!isClient(given)) throw wrongClient(expected, describeKind(client));
  const fetching = { ...options, fetch: fetchOf(client) };
  const fetch = cachedFetch(fetching);
  warnOfOwnFetch(fetching);
  const copy = () => signedIn(copyWithFetch(client, fetch, azureOptions(given)), given);
  return observeClient(derivedClient(client, copy, expected));
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
  const expected = {
    wrapper: 'cachedOpenAI',
    sdk: 'the openai package',
    package: 'openai',
    range: '>=4 <8',
    example: 'new OpenAI()',
  };
  return withCachedFetch(client, expected, { ...options, adapter: openai });
}
