import type { BaseAnthropic, Middleware, MiddlewareContext } from '@anthropic-ai/sdk';
import { type Adapter, defaultCache, kindOf, LlmCacheError } from '@cached-llm/core';
import { type CachedFetchOptions, cachedFetch } from '@cached-llm/http';
import { rejects, usageOf } from './admission.ts';
import { cross } from './cross.ts';
import { answers, ignore, isStateful } from './identity.ts';
import { stream } from './stream.ts';

/** Anthropic's Messages API, on whatever platform: messages, streamed or not, and counts of tokens. */
export const anthropic: Adapter = {
  provider: 'anthropic',
  ignore,
  isStateful,
  answers,
  rejects,
  usageOf,
  stream,
  cross,
};

export type CachedAnthropicOptions = Omit<CachedFetchOptions, 'adapter' | 'fetch'>;

/** Middleware of one call comes after the client's: what it makes of the request, no key can cover. */
const isRewritten = ({ options }: MiddlewareContext) => (options?.middleware?.length ?? 0) > 0;

/** Two doors in a row would wait for each other over one key. */
const doors = new WeakSet<Middleware>();

function middlewareOf(options: CachedAnthropicOptions): Middleware {
  const door = { ...options, cache: options.cache ?? defaultCache(), adapter: anthropic };
  cachedFetch(door); // a bad option is refused here, not at a call
  return ({ url, ...init }, next, context) => {
    const past = isRewritten(context) ? { when: () => false } : {};
    const fetch = cachedFetch({
      ...door,
      ...past,
      fetch: (input, sent) =>
        next({ ...sent, url: String(input), headers: new Headers(sent?.headers) }),
    });
    return fetch(url, init);
  };
}

function isClient(client: unknown): client is BaseAnthropic {
  // Looked at, not trusted: `instanceof` fails across two copies of the SDK.
  const candidate = client as Partial<BaseAnthropic> | null;
  return typeof candidate?.withOptions === 'function' && Array.isArray(candidate.middleware);
}

/**
 * The same client, whose repeated calls are answered from a store: same class, same types, streams,
 * `.stream()`, `.parse()`, `toolRunner` and `.withResponse()` included. The client you pass is unchanged.
 * Works as the last of the client's middleware, outside the timeout of a request; in place of one that
 * the client has already.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a client of `@anthropic-ai/sdk` 0.122 or later.
 */
export function cachedAnthropic<Client extends BaseAnthropic>(
  client: Client,
  options: CachedAnthropicOptions = {},
): Client {
  if (!isClient(client)) {
    throw new LlmCacheError(
      'WRONG_CLIENT',
      `cachedAnthropic takes a client of @anthropic-ai/sdk 0.122 or later; this is ${kindOf(client)}. Write cachedAnthropic(new Anthropic()).`,
    );
  }
  const door = middlewareOf(options);
  doors.add(door);
  const others = client.middleware.filter((middleware) => !doors.has(middleware));
  return client.withOptions({ middleware: [...others, door] });
}
