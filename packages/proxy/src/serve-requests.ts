import type { Duplex } from 'node:stream';
import { type AnswerRules, answerRequest, isAnswerable } from './answer/index.ts';
import { type Exchange, forwardRequest, forwardUpgrade, type Upgrade } from './forward/index.ts';
import type { CallObserver, OwnPages } from './observe/index.ts';
import { isSignedForHost, type Routes } from './routes/index.ts';
import { type Refusal, refuse, refuseConnection } from './server/index.ts';
import {
  type AccessOptions,
  accessRules,
  corsHeaders,
  preflightHeaders,
  withoutToken,
} from './tenants/index.ts';

/** What the requests of one proxy are served with. */
export interface Serving {
  readonly routes: Routes;
  readonly rules: AnswerRules;
  readonly access: AccessOptions;
  readonly pages: OwnPages;
  readonly calls: CallObserver;
}

const unknownRoute = ({ providers }: Routes): Refusal => ({
  status: 404,
  code: 'unknown_route',
  message: `No route begins like this path. The routes are ${providers.map(({ path }) => path).join(', ')}, /azure/RESOURCE, /bedrock/REGION.`,
});

const SIGNED: Refusal = {
  status: 400,
  code: 'signed_for_host',
  message:
    'A signature of AWS covers the host, so that AWS would refuse what a proxy passes on. Set AWS_BEARER_TOKEN_BEDROCK to an API key of Bedrock, or cache in the process with @cached-llm/bedrock.',
};

function serveRoute(exchange: Exchange, { routes, rules }: Serving): void | Promise<void> {
  const { request, response, isExpecting, notes } = exchange;
  const route = routes.find(request.url ?? '/');
  if (route === undefined) return refuse(response, unknownRoute(routes));
  if (isSignedForHost(request.headers, route.url)) return refuse(response, SIGNED);
  if (notes !== undefined) {
    notes.route = route.name;
    notes.outcome = 'bypass';
  }
  if (!isAnswerable(exchange, route)) {
    const { upstream, tenants } = rules;
    const asked = { rawHeaders: request.rawHeaders, url: route.url };
    const saw = (status: number) => tenants.sawPassing(asked, status);
    return forwardRequest(exchange, route, { upstream, saw });
  }
  if (isExpecting) response.writeContinue();
  return answerRequest(exchange, route, rules);
}

type AccessCheck = ReturnType<typeof accessRules>;

/** What is served at once returns no promise: a hit is not to wait for one. */
function serve(
  { request, response, isExpecting }: Exchange,
  serving: Serving,
  refusalOf: AccessCheck,
): void | Promise<void> {
  const { access, pages, calls } = serving;
  const path = withoutToken(request.url ?? '/').replace(/\?.*$/, '');
  if (path === '/healthz') return pages.health(response);
  const refusal = refusalOf(request);
  const preflight = refusal === undefined ? preflightHeaders(request, access) : undefined;
  const isLetIn = refusal === undefined && preflight === undefined;
  if (isLetIn && path === '/metrics') return pages.metrics(response); // the proxy's own pages are no calls
  const notes = calls.watch(response);
  if (refusal !== undefined) return refuse(response, refusal);
  if (preflight !== undefined) return void response.writeHead(204, preflight).end();
  request.url = withoutToken(request.url ?? '/');
  const { origin } = request.headers;
  const cors = origin === undefined ? {} : corsHeaders(origin, access);
  for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
  return serveRoute({ request, response, isExpecting, notes }, serving);
}

async function upgrade(given: Upgrade, serving: Serving, refusalOf: AccessCheck): Promise<void> {
  const { request, socket }: { request: Upgrade['request']; socket: Duplex } = given;
  const { routes, rules } = serving;
  const refusal = refusalOf(request);
  if (refusal !== undefined) return refuseConnection(socket, refusal);
  const route = routes.find(withoutToken(request.url ?? '/'));
  if (route === undefined) return refuseConnection(socket, unknownRoute(routes));
  return forwardUpgrade(given, route, rules.upstream);
}

/**
 * How requests are served that come from whom they may. The token that they show goes no further than here.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` for an address that others can reach without a token, and for a bad token
 */
export function serveRequests(serving: Serving) {
  const refusalOf = accessRules(serving.access);
  return {
    serve: (exchange: Exchange) => serve(exchange, serving, refusalOf),
    upgrade: (given: Upgrade) => upgrade(given, serving, refusalOf),
  };
}
