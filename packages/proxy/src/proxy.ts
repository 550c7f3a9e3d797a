import { type Duration, type LlmCache, LlmCacheError } from '@cached-llm/core';
import { toMilliseconds } from '@cached-llm/core/adapter';
import { transportsOver } from './answer/index.ts';
import { Upstream } from './forward/index.ts';
import { CallObserver, ownPages, type ProxiedCall } from './observe/index.ts';
import { type Routes, routesWith, type Upstreams } from './routes/index.ts';
import { serveRequests } from './serve-requests.ts';
import { startServer } from './server/index.ts';
import { Tenants } from './tenants/index.ts';

/** Options of {@link startProxy}. */
export interface ProxyOptions {
  /** Where answers are stored, and for how long. The caller makes it, and closes it after the proxy. */
  readonly cache: LlmCache;
  /** 0 is any free port. @default 4141 */
  readonly port?: number | undefined;
  /** @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** Upstreams by their names, which are added to the routes or replace those of a provider. @default none */
  readonly upstreams?: Upstreams | undefined;
  /** All callers share their answers. @default false: an answer belongs to the credential that it was asked with */
  readonly shared?: boolean | undefined;
  /**
   * For how long a credential that was seen to work may be answered from the store. After that the provider's cheap check
   * is asked, or the call is made. `Infinity` asks nobody. @default '1h'
   */
  readonly trust?: Duration | undefined;
  /**
   * What each request has to carry, at least 16 characters, where others than this machine can reach the proxy: as
   * `x-cached-llm-token`, as `proxy-authorization: Bearer`, or in the path, `/~TOKEN/openai/v1`. @default none
   */
  readonly token?: string | undefined;
  /** Origins whose pages may call the proxy. @default none */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Is called for each call, when it has ended. */
  readonly onCall?: ((call: ProxiedCall) => void) | undefined;
  /**
   * Is called in mode `replay` for each request that no cache can hold, such as a list of models: no upstream is called. It
   * gets the method and the path, such as `GET /v1/models`.
   */
  readonly onNotCalled?: ((operation: string) => void) | undefined;
  /**
   * The variables by which upstreams are called through a proxy of the network: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
   * `NO_PROXY`, in large or small letters. `{}` calls all of them directly. @default process.env
   */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** A route, and how a client is set up to use it. */
export interface ProxyRoute {
  readonly name: string;
  /** The base URL to give to a client. */
  readonly url: string;
  /** The environment variables from which clients read it. */
  readonly variables: readonly string[];
}

/** How a proxy ends. */
export interface CloseOptions {
  /**
   * For how long requests are answered that come on open connections, each with `connection: close`. Clients leave
   * connections open for the next request; 5 seconds are enough for all that obey the header `keep-alive`. @default '250ms'
   */
  readonly drain?: Duration | undefined;
  /** What is still under way after this time is cut. @default it is waited for, as long as it takes */
  readonly within?: Duration | undefined;
}

/** A running proxy. */
export interface Proxy {
  readonly url: string;
  readonly routes: readonly ProxyRoute[];
  /** Takes no more connections, and resolves when the requests under way have been answered. The cache stays open. */
  close(options?: CloseOptions): Promise<void>;
}

function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return;
  throw new LlmCacheError('INVALID_OPTION', `port is ${port}. Write a port from 0 to 65535.`);
}

/** The base URLs to give to clients. */
const routesAt = (url: string, { providers }: Routes): readonly ProxyRoute[] =>
  providers.map(({ name, path, variables }) => ({ name, url: `${url}${path}`, variables }));

const upstreamOf = ({ cache, onNotCalled, environment }: ProxyOptions) =>
  new Upstream({ isCalled: cache.policy.mode !== 'replay', onNotCalled, environment });

function tenantsOf({ cache, shared = false, trust = '1h' }: ProxyOptions, upstream: Upstream) {
  return new Tenants({
    isShared: shared,
    isReplay: cache.policy.mode === 'replay',
    trust: toMilliseconds(trust, 'trust'),
    ask: (check) => upstream.ask(check),
  });
}

/**
 * Starts a proxy that answers repeated requests from a cache, for clients of any language.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` for a bad option
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { cache, port = 4141, host = '127.0.0.1', token, allowedOrigins, onCall } = options;
  checkPort(port);
  const routes = routesWith(options.upstreams);
  const upstream = upstreamOf(options);
  const tenants = tenantsOf(options, upstream);
  const calls = new CallObserver(cache);
  if (onCall !== undefined) calls.add(onCall);
  let isClosing = false;
  const pages = ownPages({ cache, calls, isClosing: () => isClosing });
  const access = { host, token, allowedOrigins };
  const rules = { upstream, tenants, transportFor: transportsOver(cache) };
  const serving = serveRequests({ routes, rules, access, pages, calls });
  const server = await startServer({ port, host, ...serving });
  const { url } = server;
  return {
    url,
    routes: routesAt(url, routes),
    async close({ drain = '250ms', within } = {}) {
      isClosing = true;
      const limit = within === undefined ? undefined : toMilliseconds(within, 'within');
      await server.close(toMilliseconds(drain, 'drain'), limit);
      upstream.close();
      calls.stop();
      await pages.stop();
    },
  };
}
