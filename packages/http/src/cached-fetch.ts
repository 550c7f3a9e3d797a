import { defaultCache, isFields, resolvePolicy } from '@cached-llm/core';
import { answerBatch } from './batch.ts';
import { askingOf, type CachedFetchOptions, type Door, type Fetch } from './http-call.ts';
import { notRecorded } from './replay-miss.ts';
import { type HttpRequest, readRequest } from './request/read-request.ts';

async function answer(door: Door, request: HttpRequest): Promise<Response> {
  const { body, url } = request;
  const rules = door.adapter?.batch;
  const items = isFields(body) ? rules?.itemsOf(body, url) : undefined;
  if (rules !== undefined && items !== undefined && items.length > 0) {
    return answerBatch(door, request, { rules, items });
  }
  return (await door.cache.answer(askingOf(door, request))).response;
}

/**
 * A `fetch` that answers a repeated JSON POST from a store: JSON, server-sent events and JSON lines. All
 * else passes through untouched. An answer says where it comes from: `x-cached-llm: hit`, and its `age`.
 *
 * @throws {LlmCacheError} for a bad option, here and not at a call.
 */
export function cachedFetch(options: CachedFetchOptions = {}): Fetch {
  const cache = options.cache ?? defaultCache();
  const policy = resolvePolicy(cache.policy, options);
  const upstream: Fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const door = { ...options, cache, policy, upstream };
  return async (input, init) => {
    if (policy.mode === 'off') return upstream(input, init);
    const read = readRequest(input, init);
    if (read === undefined) return upstream(input, init); // at once: its arguments may change after
    const request = await read;
    if (request === undefined) return upstream(input, init);
    const answering = answer(door, request);
    // Whoever calls without an adapter may not look at the status: an error is thrown.
    if (door.adapter === undefined) return answering;
    return answering.catch((error: unknown) => notRecorded(error, request.url.href));
  };
}
