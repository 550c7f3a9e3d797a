import type { IncomingMessage } from 'node:http';
import type { LlmCache } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import {
  type AwaitedCall,
  type CachedTransport,
  cachedTransport,
  isAnswering,
  type TransportAnswer,
  type TransportRequest,
} from '@cached-llm/http';
import {
  type Exchange,
  forwardRequest,
  passOn,
  type RawHeaders,
  requestHeaders,
  responseTo,
  type Upstream,
} from '../forward/index.ts';
import type { Route } from '../routes/index.ts';
import type { Caller, Tenants } from '../tenants/index.ts';
import { cacheHeaders } from './cache-headers.ts';
import { MOST_BYTES, readBody } from './read-body.ts';
import { decodableEncodings, UnreadableEncoding, upstreamResponse } from './upstream-response.ts';
import { writeAnswer } from './write-answer.ts';

/** How requests are answered. */
export interface AnswerRules {
  readonly upstream: Upstream;
  readonly tenants: Tenants;
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

/** What a request is answered with. */
interface Answerable {
  readonly exchange: Exchange;
  readonly route: Route;
  readonly rules: AnswerRules;
  readonly caller: Caller;
  readonly body: Buffer;
}

/** One request that a store may answer, as the cache takes it. */
class StorableRequest implements TransportRequest {
  readonly url: URL;
  readonly headers: RawHeaders;
  readonly body: Buffer;
  readonly scope: string | undefined;
  cacheMode: TransportRequest['cacheMode'];
  readonly #given: Answerable;
  #signal: AbortSignal | undefined;
  /** What it was if it came to no answer. */
  #waited: 'collapsed' | 'miss' = 'collapsed';
  /** The answer to this very request that can only pass through. */
  #unreadable: IncomingMessage | undefined;

  constructor(given: Answerable) {
    this.url = given.route.url;
    this.headers = cacheHeaders(given.exchange.request);
    this.body = given.body;
    this.scope = given.caller.scope;
    this.cacheMode = undefined;
    this.#given = given;
  }

  /** Fires when the client leaves. It is made when it is asked for, because a hit needs none. */
  get signal(): AbortSignal {
    this.#signal ??= leavingSignal(this.#given.exchange.response);
    return this.#signal;
  }

  answer(): TransportAnswer | Promise<TransportAnswer> | undefined {
    const { rules, route, caller } = this.#given;
    const transport = rules.transportFor(route.adapter);
    if (caller.isTrusted) return transport(this);
    this.cacheMode = 'no-cache';
    const answered = transport(this);
    return answered && this.#withOwnCall(answered, transport);
  }

  readonly send: TransportRequest['send'] = async (body, signal) => {
    const { exchange, route, rules, caller } = this.#given;
    this.#hasCalled();
    const headers = sentHeaders(exchange.request, body);
    const sent = rules.upstream.open(route, { method: 'POST', headers });
    const answered = responseTo(sent, signal);
    sent.end(body);
    const message = await answered;
    caller.saw(message.statusCode ?? 0);
    try {
      return await upstreamResponse(message);
    } catch (error) {
      if (error instanceof UnreadableEncoding) this.#unreadable = message;
      throw error;
    }
  };

  #hasCalled(): void {
    const { notes } = this.#given.exchange;
    if (notes?.outcome === this.#waited) notes.outcome = 'miss';
    this.#waited = 'miss';
  }

  /** Until it calls for itself, it waits for the call of somebody else. */
  onWait({ isBypass, key, model }: AwaitedCall): void {
    const { notes } = this.#given.exchange;
    if (notes === undefined) return;
    notes.outcome = isBypass ? 'bypass' : this.#waited;
    notes.key = key;
    notes.model = model;
  }

  /**
   * Passes the answer on that the cache cannot read. Whoever waited for the call of somebody else makes one of its own.
   *
   * @throws any other failure
   */
  passOn(failure: unknown): Promise<void> {
    if (!(failure instanceof UnreadableEncoding)) throw failure;
    const { exchange, route, rules, body } = this.#given;
    if (this.#unreadable === undefined) return forwardRequest(exchange, route, { ...rules, body });
    return passOn(this.#unreadable, exchange);
  }

  /** An answer to the call of somebody else says nothing of whether the provider accepts this credential: it is asked. */
  async #withOwnCall(
    answered: TransportAnswer | Promise<TransportAnswer>,
    transport: CachedTransport,
  ): Promise<TransportAnswer> {
    const answer = await answered;
    if (answer.info?.collapsed !== true) return answer;
    this.cacheMode = 'no-store';
    return transport(this) ?? answer;
  }
}

function leavingSignal(response: Exchange['response']): AbortSignal {
  const leaving = new AbortController();
  if (response.destroyed) leaving.abort();
  response.once('close', () => {
    if (!response.writableFinished) leaving.abort();
  });
  return leaving.signal;
}

/** Writes down what became of a request, and then its answer. */
function write(answer: TransportAnswer, { notes, response }: Exchange): void | Promise<void> {
  if (notes !== undefined) {
    notes.outcome = answer.outcome;
    notes.key = answer.info?.key;
    notes.model = answer.model;
  }
  return writeAnswer(answer, response);
}

/** Answers a request from the store, or from its upstream. @throws what Node.js says of the connection to the upstream */
export async function answerRequest(
  exchange: Exchange,
  route: Route,
  rules: AnswerRules,
): Promise<void> {
  const { request } = exchange;
  const body = await readBody(request);
  if (body === undefined) return forwardRequest({ ...exchange, isExpecting: false }, route, rules);
  const found = rules.tenants.callerOf({
    rawHeaders: request.rawHeaders,
    url: route.url,
    check: route.check,
  });
  const caller = found instanceof Promise ? await found : found;
  const storable = new StorableRequest({ exchange, route, body, rules, caller });
  const answered = storable.answer();
  if (answered === undefined) return forwardRequest(exchange, route, { ...rules, body });
  if (!(answered instanceof Promise)) return write(answered, exchange);
  let answer: TransportAnswer;
  try {
    answer = await answered;
  } catch (error) {
    return storable.passOn(error);
  }
  return write(answer, exchange);
}
