import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import {
  type Adapter,
  type CallOptions,
  defaultCache,
  type Fields,
  kindOf,
  type LlmCache,
  LlmCacheError,
  resolvePolicy,
} from '@cached-llm/core';
import { rejects } from './admission.ts';
import { cachingMiddleware } from './caching-middleware.ts';
import { steer } from './flight-signal.ts';
import { answers, ignore } from './identity.ts';
import { stream } from './stream.ts';
import { usageOf } from './usage-of.ts';

/** AWS Bedrock's runtime: Converse and InvokeModel, streamed or not, of every family of models. */
export const bedrock: Adapter = {
  provider: 'bedrock',
  ignore,
  temperature: 'inferenceConfig.temperature',
  modelOf: ({ modelId }: Fields) => (typeof modelId === 'string' ? modelId : undefined),
  answers,
  rejects,
  usageOf,
  stream,
};

export interface CachedBedrockOptions extends CallOptions {
  /** @default defaultCache() */
  readonly cache?: LlmCache | undefined;
}

function isClient(client: unknown): client is BedrockRuntimeClient {
  // Looked at, not trusted: `instanceof` fails across two copies of the SDK.
  const candidate = client as Partial<BedrockRuntimeClient> | null;
  const isWired = typeof candidate?.middlewareStack?.add === 'function';
  return isWired && candidate?.config?.serviceId === 'Bedrock Runtime';
}

/**
 * Answers the client's repeated calls from a store: `send`, with a promise or a callback, and the methods of
 * `BedrockRuntime`. The SDK has no way to derive a client, so the client you pass is wired, and is what
 * you get back; wired again, the later options hold. A hit needs no credentials.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a client of `@aws-sdk/client-bedrock-runtime`.
 */
export function cachedBedrock<Client extends BedrockRuntimeClient>(
  client: Client,
  options: CachedBedrockOptions = {},
): Client {
  if (!isClient(client)) {
    throw new LlmCacheError(
      'WRONG_CLIENT',
      `cachedBedrock takes a client of @aws-sdk/client-bedrock-runtime 3; this is ${kindOf(client)}. Write cachedBedrock(new BedrockRuntimeClient()).`,
    );
  }
  const { config } = client;
  const cache = options.cache ?? defaultCache();
  const policy = resolvePolicy(cache.policy, options);
  steer(config.requestHandler);
  client.middlewareStack.add(cachingMiddleware({ adapter: bedrock, cache, policy, config }), {
    name: 'cachedLlm',
    step: 'initialize',
    priority: 'low', // after the user's own, which may change the request
    override: true,
  });
  return client;
}
