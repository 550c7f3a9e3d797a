import { createLlmCache, type LlmCache } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import { reordered } from '../adapter-conformance/index.ts';
import type { RecordedCase } from '../recorded-exchanges/index.ts';
import type { Expect } from '../test-environment/index.ts';

/** How `distinctKeys` asks for each recorded request, and tells two of them apart. */
export interface DistinctKeysParts<Case> {
  readonly expect: Expect;
  /** The cache that `ask` uses. */
  readonly cache: LlmCache;
  readonly ask: (recorded: Case) => PromiseLike<unknown>;
  /** A text for everything that distinguishes two requests. */
  readonly textOf: (recorded: Case) => string;
}

/** Gives the text of a request without the fields that its answer does not depend on. */
export function coveredBy(ignore: readonly string[]) {
  return ({ url, request }: Pick<RecordedCase, 'url' | 'request'>): string => {
    const { stream, ...fields } = request as { readonly stream?: boolean }; // of every request that has it
    const covered = Object.entries(fields).filter(([name]) => !ignore.includes(name));
    return JSON.stringify([url, stream === true, covered.sort()]);
  };
}

type Post = (url: string, init: RequestInit) => Promise<unknown>;

/** Makes a recorded call at its own URL with a cached `fetch`, which must not reach the network. */
export function posted(fetch: Post) {
  return ({ url, request }: Pick<RecordedCase, 'url' | 'request'>): Promise<unknown> =>
    fetch(url, { method: 'POST', body: JSON.stringify(request) });
}

/**
 * Expects that every request has a key of its own, whatever the order of its fields. A request that bypasses the cache
 * has no key.
 * @returns how many keys there are
 */
export async function distinctKeys<Case extends { readonly request: object }>(
  { expect, cache, ask, textOf }: DistinctKeysParts<Case>,
  recordings: readonly Case[],
): Promise<number> {
  let key: string | undefined;
  for (const name of ['hit', 'miss', 'collapsed'] as const)
    cache.on(name, (event) => (key = event.key));
  const keyOf = async (recorded: Case) => {
    key = undefined;
    await ask(recorded);
    return key;
  };
  const texts = new Map<string, string>();
  for (const recorded of recordings) {
    const known = await keyOf(recorded);
    expect(await keyOf({ ...recorded, request: reordered(recorded.request) })).toEqual(known);
    if (known === undefined) continue;
    const text = textOf(recorded);
    expect(texts.get(known) ?? text).toEqual(text);
    texts.set(known, text);
  }
  expect(texts.size).toEqual(new Set(texts.values()).size);
  return texts.size;
}

/** How `distinctFetchKeys` asks for each recorded request through `cachedFetch`. */
export interface FetchKeysParts {
  readonly expect: Expect;
  readonly adapter: Adapter;
  /** `cachedFetch` of @cached-llm/http, with further options if the adapter needs them. */
  readonly cachedFetch: (options: {
    readonly cache: LlmCache;
    readonly adapter: Adapter;
    readonly fetch: () => Promise<Response>;
  }) => Post;
  /** The answer to every request. @default {} */
  readonly answer?: object;
}

/** Makes the check of {@link distinctKeys} with an adapter on a cached `fetch`. */
export function distinctFetchKeys(
  { expect, adapter, cachedFetch, answer = {} }: FetchKeysParts,
  recordings: readonly RecordedCase[],
): Promise<number> {
  const cache = createLlmCache();
  const fetch = cachedFetch({ cache, adapter, fetch: async () => Response.json(answer) });
  const textOf = coveredBy([...adapter.ignore, ...(adapter.atOwnHosts?.ignore ?? [])]);
  return distinctKeys({ expect, cache, ask: posted(fetch), textOf }, recordings);
}
