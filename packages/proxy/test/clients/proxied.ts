import { createLlmCache } from '@cached-llm/core';
import { type ProxyOptions, type Proxy as RunningProxy, startProxy } from '@cached-llm/proxy';
import { startWireServer, type WireServer } from '@cached-llm/testing';
import { everyProvider } from './providers.ts';

/** The base URLs of the providers, without their hosts. */
const PATHS: Readonly<Record<string, string>> = {
  openai: '/v1',
  openrouter: '/api/v1',
};
const NAMES = [
  'openai',
  'anthropic',
  'google',
  'mistral',
  'cohere',
  'groq',
  'ollama',
  'openrouter',
];

/** A proxy before a server that stands for all providers. */
export interface Proxied {
  readonly proxy: RunningProxy;
  readonly upstream: WireServer;
  /** The base URL of a route, as a client is given it. */
  urlOf(route: string): string;
  close(): Promise<void>;
}

export async function startProxied(options: Partial<ProxyOptions> = {}): Promise<Proxied> {
  const upstream = await startWireServer({ answer: everyProvider() });
  const upstreams = Object.fromEntries(
    NAMES.map((name) => [name, { url: `${upstream.url}${PATHS[name] ?? ''}` }]),
  );
  const cache = options.cache ?? createLlmCache();
  const proxy = await startProxy({ port: 0, upstreams, ...options, cache });
  return {
    proxy,
    upstream,
    urlOf: (route) => {
      const found = proxy.routes.find(({ name }) => name === route);
      if (found === undefined) throw new Error(`No route is called ${route}.`);
      return found.url;
    },
    async close() {
      await proxy.close();
      await upstream.close();
      if (options.cache === undefined) await cache.close();
    },
  };
}

/** A client that ran twice: what it got each time, and how many requests reached the provider. */
export interface RanTwice<Output> {
  readonly outputs: readonly [Output, Output];
  readonly upstreamCalls: readonly [number, number];
}

/** Runs a client, and runs it again. */
export async function twice<Output>(
  { upstream }: Proxied,
  run: () => Promise<Output>,
): Promise<RanTwice<Output>> {
  upstream.reset();
  const first = await run();
  const live = upstream.count;
  const second = await run();
  return { outputs: [first, second], upstreamCalls: [live, upstream.count - live] };
}
