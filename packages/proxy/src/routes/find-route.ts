import { LlmCacheError } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import { readBaseUrl } from './base-url.ts';
import { namedHost } from './named-hosts.ts';
import { ADAPTERS, PROVIDERS, type Provider } from './providers.ts';

/** An upstream that a user adds, or puts in the place of a provider. */
interface OwnUpstream {
  /** The base URL of the API. */
  readonly url: string;
  /** The name of the adapter that describes it. @default that of the provider, or none */
  readonly adapter?: string | undefined;
  /**
   * A path below the URL, such as `/models`, to which a GET is answered with 2xx only if its credential is accepted. With
   * it, a credential that was not seen to work lately gets an answer from the store. @default none: the call is made
   */
  readonly check?: string | undefined;
}

/** Upstreams by their names. */
export type Upstreams = Readonly<Record<string, OwnUpstream>>;

/** Where a request goes. */
export interface Route {
  readonly name: string;
  readonly adapter: Adapter | undefined;
  /** The whole URL, as it is requested. */
  readonly url: URL;
  /** Its path and query, letter by letter as the client sent them. */
  readonly path: string;
  /** Where the user says that a credential is checked. */
  readonly check: URL | undefined;
}

/** Finds the upstream of a request by its path. */
export interface Routes {
  readonly providers: readonly Provider[];
  /** Undefined for a path that belongs to no route. */
  find(target: string): Route | undefined;
}

/** Names of routes are the first part of a path, so that they need no encoding. */
const NAME = /^[a-z0-9][a-z0-9._-]*$/i;

/** Paths of the proxy itself. */
const RESERVED: readonly string[] = ['healthz', 'metrics', 'azure', 'bedrock'];

function checkName(name: string): void {
  if (NAME.test(name) && !RESERVED.includes(name)) return;
  const remedy = `Use letters, digits, dots and hyphens, and none of ${RESERVED.join(', ')}.`;
  throw new LlmCacheError(
    'INVALID_OPTION',
    `${JSON.stringify(name)} is no name for an upstream. ${remedy}`,
  );
}

function adapterNamed(name: string, adapter: string): Adapter {
  const found = Object.hasOwn(ADAPTERS, adapter) ? ADAPTERS[adapter] : undefined;
  if (found !== undefined) return found;
  const remedy = `The adapters are ${Object.keys(ADAPTERS).join(', ')}.`;
  const what = `The upstream ${name} names the adapter ${JSON.stringify(adapter)}, which does not exist.`;
  throw new LlmCacheError('INVALID_OPTION', `${what} ${remedy}`);
}

/** The providers, those of the user among them. @throws {LlmCacheError} `INVALID_OPTION` */
function providersWith(upstreams: Upstreams): readonly Provider[] {
  const own = Object.entries(upstreams).map(([name, { url, adapter, check }]): Provider => {
    checkName(name);
    const known = PROVIDERS.find((provider) => provider.name === name);
    return {
      ...(known ?? { name, path: `/${name}`, variables: [] }),
      url: readBaseUrl(`The url of the upstream ${name}`, url).href.replace(/\/+$/, ''),
      adapter: adapter === undefined ? known?.adapter : adapterNamed(name, adapter),
      check,
    };
  });
  const others = PROVIDERS.filter(({ name }) => !Object.hasOwn(upstreams, name));
  return [...others, ...own];
}

function namedRoute(target: string): Route | undefined {
  const host = namedHost(target);
  if (host === undefined) return undefined;
  const { name, url, prefix } = host;
  // Without an adapter, all of a request of Bedrock is in its key.
  const adapter = name === 'azure' ? ADAPTERS.openai : undefined;
  return routeOf({ name, url, adapter }, target.slice(prefix.length));
}

function routeOf(
  { name, url: base, adapter, check }: Pick<Provider, 'name' | 'url' | 'adapter' | 'check'>,
  rest: string,
): Route {
  const url = new URL(base);
  const path = `${url.pathname.replace(/\/$/, '')}${rest}`;
  return {
    name,
    adapter,
    url: new URL(`${url.origin}${path}`),
    path: path.startsWith('/') ? path : `/${path}`,
    check: check === undefined ? undefined : new URL(`${base}${check}`),
  };
}

/** What follows the base URL of a provider, with the version that its paths begin with. */
function restOf(target: string, { path, version }: Provider): string {
  const rest = target.slice(path.length);
  return version?.before.test(rest) ? version.path + rest : rest;
}

/** Clients ask the same few paths again and again. */
const MOST_TARGETS = 1_000;

const isUnder = (target: string, path: string) =>
  target.startsWith(path) && /^([/?]|$)/.test(target.slice(path.length));

/**
 * The routes of a proxy.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` for an upstream with a bad name, URL or adapter.
 */
export function routesWith(upstreams: Upstreams = {}): Routes {
  const providers = providersWith(upstreams);
  const known = new Map<string, Route>();
  const found = (target: string) => {
    const provider = providers.find(({ path }) => isUnder(target, path));
    return provider ? routeOf(provider, restOf(target, provider)) : namedRoute(target);
  };
  return {
    providers,
    find(target) {
      const route = known.get(target) ?? found(target);
      if (route === undefined) return undefined;
      if (known.size >= MOST_TARGETS) known.clear();
      known.set(target, route);
      return route;
    },
  };
}
