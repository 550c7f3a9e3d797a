type Fetch = typeof globalThis.fetch;

/** Two requests that differ in one field, which has no effect on the answer at a host of the provider. */
export interface OwnHostParts {
  /** Caches what goes through this fetch. */
  readonly cached: (upstream: Fetch) => Fetch;
  /** The URL of the provider's own. */
  readonly url: string;
  readonly request: object;
  /** The field that the second of two requests has besides. */
  readonly field: object;
  /** What the upstream answers to each request. */
  readonly answer: object;
}

/**
 * How many requests reach the upstream for two calls that differ in one field: at a host of the provider, and at a
 * gateway, which may route by any field.
 */
export async function requestsByHost({ url, ...parts }: OwnHostParts) {
  const gateway = new URL(new URL(url).pathname, 'https://litellm.test').href;
  return {
    own: await requestsAt(url, parts),
    gateway: await requestsAt(gateway, parts),
  };
}

async function requestsAt(
  url: string,
  { cached, request, field, answer }: Omit<OwnHostParts, 'url'>,
): Promise<number> {
  let requests = 0;
  const fetch = cached(async () => {
    requests += 1;
    return Response.json(answer);
  });
  for (const further of [{}, field]) {
    const body = JSON.stringify({ ...request, ...further });
    await (await fetch(url, { method: 'POST', body })).text();
  }
  return requests;
}
