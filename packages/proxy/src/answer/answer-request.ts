import { Readable } from 'node:stream';
import type { LlmCache } from '@cached-llm/core';
import { cachedFetch, type Fetch } from '@cached-llm/http';
import {
  type Exchange,
  eachHeader,
  requestHeaders,
  responseTo,
  type Upstream,
  writeBody,
} from '../forward/index.ts';
import type { Route } from '../routes/index.ts';
import { tenantScope } from '../tenants/index.ts';

export interface AnswerRules {
  readonly cache: LlmCache;
  readonly upstream: Upstream;
  readonly isShared: boolean;
}

/** May a store answer this request? It is a POST of JSON to a path that generates or embeds. */
export function isAnswerable({ request }: Exchange, route: Route): boolean {
  const { method, headers } = request;
  const isJson = /json|^text\/plain/i.test(headers['content-type'] ?? 'application/json');
  const isKnown = route.adapter?.answers?.(route.url.pathname) !== false;
  return method === 'POST' && isJson && isKnown && headers['content-encoding'] === undefined;
}

async function bytesOf(exchange: Exchange): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of exchange.request) parts.push(part);
  return Buffer.concat(parts);
}

function upstreamFetch({ request }: Exchange, route: Route, upstream: Upstream): Fetch {
  return async (_input, init) => {
    const isDropped = (name: string) => name === 'accept-encoding' || name === 'content-length';
    const body = init?.body as Buffer | string; // it is what `answerRequest` gave, or what a batch wrote
    const headers = requestHeaders(request.rawHeaders, route.url.host, isDropped);
    const length = String(Buffer.byteLength(body));
    const head = { method: 'POST', headers: [...headers, 'Content-Length', length] };
    const sent = upstream.open(route, head);
    init?.signal?.addEventListener('abort', () => sent.destroy(), { once: true });
    sent.end(body);
    const response = await responseTo(sent);
    const { statusCode: status = 502, statusMessage: statusText = '' } = response;
    const answered = new Headers();
    eachHeader(response.rawHeaders, (name, value) => answered.append(name, value));
    const stream = Readable.toWeb(response) as ReadableStream<Uint8Array>; // of bytes
    return new Response(stream, { status, statusText, headers: answered });
  };
}

/** Answers a request from the store, or from its upstream. @throws what Node.js says of the connection to the upstream */
export async function answerRequest(
  exchange: Exchange,
  route: Route,
  { cache, upstream, isShared }: AnswerRules,
): Promise<void> {
  const { request, response } = exchange;
  const headers = new Headers();
  eachHeader(request.rawHeaders, (name, value) => headers.append(name, value));
  for (const name of ['host', 'connection', 'content-length']) headers.delete(name);
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  const fetch = cachedFetch({
    cache,
    adapter: route.adapter,
    fetch: upstreamFetch(exchange, route, upstream),
    scope: isShared ? undefined : tenantScope(request.headers),
  });
  const body = new Uint8Array(await bytesOf(exchange));
  const { signal } = leaving;
  const answer = await fetch(route.url, { method: 'POST', headers, body, signal });
  response.writeHead(answer.status, answer.statusText, [...answer.headers].flat());
  response.flushHeaders();
  await writeBody(answer.body ?? Readable.from([]), response);
}
