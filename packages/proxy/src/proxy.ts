import type { Duration, LlmCache } from '@cached-llm/core';
import { type AnswerRules, answerRequest, isAnswerable, transportsOver } from './answer/index.ts';
import {
  type Exchange,
  forwardRequest,
  forwardUpgrade,
  type Upgrade,
  Upstream,
} from './forward/index.ts';
import type { ProxiedCall } from './observe/index.ts';
import { type Routes, routesWith, type Upstreams } from './routes/index.ts';
import { type Refusal, refuse, refuseConnection, startServer } from './server/index.ts';

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
  /** For how long a credential that was seen to work may be answered from the store. @default '1h' */
  readonly trust?: Duration | undefined;
  /** What each request has to carry, where others than this machine can reach the proxy. @default none */
  readonly token?: string | undefined;
  /** Origins whose pages may call the proxy. @default none */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Is called for each call, when it has ended. */
  readonly onCall?: ((call: ProxiedCall) => void) | undefined;
}

/** A route, as a client is set up for it. */
export interface ProxyRoute {
  readonly name: string;
  /** The base URL to give to a client. */
  readonly url: string;
  /** The environment variables from which clients read it. */
  readonly variables: readonly string[];
}

/** A running proxy. */
export interface Proxy {
  readonly url: string;
  readonly routes: readonly ProxyRoute[];
  /** Takes no more requests, and resolves when those under way have ended. The cache stays open. */
  close(): Promise<void>;
}

const unknownRoute = ({ providers }: Routes): Refusal => ({
  status: 404,
  code: 'unknown_route',
  message: `No route begins like this path. The routes are ${providers.map(({ path }) => path).join(', ')}, /azure/RESOURCE.`,
});

async function serve(exchange: Exchange, routes: Routes, rules: AnswerRules): Promise<void> {
  const { request, response, isExpecting } = exchange;
  const route = routes.find(request.url ?? '/');
  if (route === undefined) return refuse(response, unknownRoute(routes));
  if (!isAnswerable(exchange, route)) return forwardRequest(exchange, route, rules);
  if (isExpecting) response.writeContinue();
  return answerRequest(exchange, route, rules);
}

async function upgrade(given: Upgrade, routes: Routes, { upstream }: AnswerRules): Promise<void> {
  const route = routes.find(given.request.url ?? '/');
  if (route === undefined) return refuseConnection(given.socket, unknownRoute(routes));
  return forwardUpgrade(given, route, upstream);
}

/**
 * Starts a proxy that answers repeated requests from a cache, for clients of any language.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` for a bad option
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { cache, port = 4141, host = '127.0.0.1', shared = false } = options;
  const routes = routesWith(options.upstreams);
  const upstream = new Upstream({ isCalled: cache.policy.mode !== 'replay' });
  const rules = { upstream, isShared: shared, transportFor: transportsOver(cache) };
  const server = await startServer({
    port,
    host,
    serve: (exchange) => serve(exchange, routes, rules),
    upgrade: (given) => upgrade(given, routes, rules),
  });
  const { url } = server;
  return {
    url,
    routes: routes.providers.map(({ name, path, variables }) => ({
      name,
      url: `${url}${path}`,
      variables,
    })),
    async close() {
      await server.close();
      upstream.close();
    },
  };
}
