import { createLlmCache, type LlmCache } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import type { TestRunner } from '../test-environment/index.ts';

type Fetch = typeof globalThis.fetch;

/** Requests that differ in one field, which has no effect on the answer at a host of the provider. */
export interface OwnHostParts {
  /** `cachedFetch` of @cached-llm/http. */
  readonly cachedFetch: (options: {
    readonly cache: LlmCache;
    readonly adapter: Adapter;
    readonly fetch: Fetch;
  }) => Fetch;
  /** Adapters, each with a URL at a host of its provider. */
  readonly hosts: readonly (readonly [Adapter, string])[];
  readonly request: object;
  /** The fields that the second of two requests has besides, one for each test. */
  readonly fields: readonly object[];
  /** What the upstream answers to each request. */
  readonly answer: object;
}

/**
 * Registers a test for each field at each host. The field is not in the key there. It is in the key at a gateway, because
 * that may route by any field.
 */
export function ownHostTests(
  { test, expect }: Pick<TestRunner, 'test' | 'expect'>,
  parts: OwnHostParts,
): void {
  for (const [adapter, url] of parts.hosts)
    for (const field of parts.fields) {
      const name = `a field of attribution is not in the key at ${url}, and is in it at a gateway: ${JSON.stringify(field)}`;
      test(name, async () => {
        const gateway = new URL(new URL(url).pathname, 'https://litellm.test').href;
        const asked = { adapter, field };
        const requests = [
          await requestsAt(url, parts, asked),
          await requestsAt(gateway, parts, asked),
        ];
        expect(requests).toEqual([1, 2]);
      });
    }
}

/** How many requests reach the upstream for two calls, of which the second has the field. */
async function requestsAt(
  url: string,
  { cachedFetch, request, answer }: OwnHostParts,
  { adapter, field }: { readonly adapter: Adapter; readonly field: object },
): Promise<number> {
  let requests = 0;
  const upstream = async () => {
    requests += 1;
    return Response.json(answer);
  };
  const fetch = cachedFetch({ cache: createLlmCache(), adapter, fetch: upstream });
  for (const further of [{}, field]) {
    const body = JSON.stringify({ ...request, ...further });
    await (await fetch(url, { method: 'POST', body })).text();
  }
  return requests;
}
