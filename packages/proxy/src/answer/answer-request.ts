import type { IncomingMessage } from 'node:http';
import type { LlmCache } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import {
  type CachedTransport,
  cachedTransport,
  isAnswering,
  type TransportAnswer,
  type TransportRequest,
} from '@cached-llm/http';
import {
  type Exchange,
  forwardRequest,
  passedHeaders,
  passOn,
  RawHeaders,
  requestHeaders,
  responseTo,
  type Upstream,
} from '../forward/index.ts';
import type { Route } from '../routes/index.ts';
import { tenantScope } from '../tenants/index.ts';
import { MOST_BYTES, readBody } from './read-body.ts';
import { decodableEncodings, UnreadableEncoding, upstreamResponse } from './upstream-response.ts';
import { writeAnswer } from './write-answer.ts';

/** How requests are answered. */
export interface AnswerRules {
  readonly upstream: Upstream;
  readonly isShared: boolean;
  transportFor(adapter: Adapter | undefined): CachedTransport;
}

/** The cache for each adapter, made when the first request for it comes. */
export function transportsOver(cache: LlmCache): AnswerRules['transportFor'] {
  const made = new Map<Adapter | undefined, CachedTransport>();
  return (adapter) => {
    const found = made.get(adapter) ?? cachedTransport({ cache, adapter });
    made.set(adapter, found);
    return found;
  };
}

const JSON_TYPE = /json|^text\/plain/i;

/** May a store answer this request? It is a POST of JSON to a path that generates or embeds, and not too long for a key. */
export function isAnswerable({ request }: Exchange, { adapter, url, path }: Route): boolean {
  const { method, headers } = request;
  if (method !== 'POST' || headers['content-encoding'] !== undefined) return false;
  if (!JSON_TYPE.test(headers['content-type'] ?? 'application/json')) return false;
  if (Number(headers['content-length'] ?? 0) > MOST_BYTES) return false;
  // The key has the URL as it is read, so that a path that is read otherwise has none.
  return path === `${url.pathname}${url.search}` && isAnswering(url.pathname, adapter);
}

/** What is sent otherwise than the client sent it: the body has been read, and its answer is decoded. */
const REWRITTEN: ReadonlySet<string> = new Set(['accept-encoding', 'content-length', 'expect']);

function sentHeaders({ headers, rawHeaders }: IncomingMessage, body: Uint8Array | string) {
  const sent = requestHeaders(rawHeaders, (name) => REWRITTEN.has(name));
  const accepted = decodableEncodings(String(headers['accept-encoding'] ?? ''));
  if (accepted !== undefined) sent.push('Accept-Encoding', accepted);
  sent.push('Content-Length', String(Buffer.byteLength(body)));
  return sent;
}

/** One request that a store may answer. */
class Answering {
  readonly #exchange: Exchange;
  readonly #route: Route;
  readonly #rules: AnswerRules;
  readonly #body: Buffer;
  /** The answer to this very request that can only pass through. */
  #unreadable: IncomingMessage | undefined;

  constructor(exchange: Exchange, route: Route, parts: { body: Buffer; rules: AnswerRules }) {
    this.#exchange = exchange;
    this.#route = route;
    this.#rules = parts.rules;
    this.#body = parts.body;
  }

  answer(): TransportAnswer | Promise<TransportAnswer> | undefined {
    const { request, response } = this.#exchange;
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    const { url, adapter } = this.#route;
    return this.#rules.transportFor(adapter)({
      url,
      headers: new RawHeaders(passedHeaders(request.rawHeaders, (name) => name === 'host')),
      body: this.#body,
      signal: leaving.signal,
      scope: this.#rules.isShared ? undefined : tenantScope(request.headers),
      send: (body, signal) => this.#send(body, signal),
    });
  }

  /** Passes the answer on that the cache cannot read. @throws any other failure */
  passOn(failure: unknown): Promise<void> {
    const unreadable = this.#unreadable;
    if (unreadable === undefined) throw failure;
    return passOn(unreadable, this.#exchange.response);
  }

  async #send(...[body, signal]: Parameters<TransportRequest['send']>) {
    const headers = sentHeaders(this.#exchange.request, body);
    const sent = this.#rules.upstream.open(this.#route, { method: 'POST', headers });
    const answered = responseTo(sent, signal);
    sent.end(body);
    const message = await answered;
    try {
      return upstreamResponse(message);
    } catch (error) {
      if (error instanceof UnreadableEncoding) this.#unreadable = message;
      throw error;
    }
  }
}

/** Answers a request from the store, or from its upstream. @throws what Node.js says of the connection to the upstream */
export async function answerRequest(
  exchange: Exchange,
  route: Route,
  rules: AnswerRules,
): Promise<void> {
  const { request, response } = exchange;
  const body = await readBody(request);
  if (body === undefined) return forwardRequest(exchange, route, rules);
  const answering = new Answering(exchange, route, { body, rules });
  const answered = answering.answer();
  if (answered === undefined) return forwardRequest(exchange, route, { ...rules, body });
  if (!(answered instanceof Promise)) return writeAnswer(answered, response);
  let answer: TransportAnswer;
  try {
    answer = await answered;
  } catch (error) {
    return answering.passOn(error);
  }
  return writeAnswer(answer, response);
}
