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
  passOn,
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

/** One request that a store may answer. */
class Answering {
  readonly #given: Answerable;
  /** Aborts when the client leaves. */
  readonly #signal: AbortSignal;
  /** The answer to this very request that can only pass through. */
  #unreadable: IncomingMessage | undefined;

  constructor(given: Answerable) {
    this.#given = given;
    const leaving = new AbortController();
    given.exchange.response.once('close', () => leaving.abort());
    this.#signal = leaving.signal;
  }

  answer(): TransportAnswer | Promise<TransportAnswer> | undefined {
    if (this.#given.caller.isTrusted) return this.#ask('default');
    const answered = this.#ask('no-cache');
    return answered && this.#withOwnCall(answered);
  }

  /** An answer to the call of somebody else says nothing of whether the provider accepts this credential: it is asked. */
  async #withOwnCall(
    answered: TransportAnswer | Promise<TransportAnswer>,
  ): Promise<TransportAnswer> {
    const answer = await answered;
    return (answer.info?.collapsed === true ? this.#ask('no-store') : undefined) ?? answer;
  }

  #ask(cacheMode: 'default' | 'no-cache' | 'no-store') {
    const { exchange, route, rules, caller, body } = this.#given;
    return rules.transportFor(route.adapter)({
      url: route.url,
      headers: cacheHeaders(exchange.request),
      body,
      signal: this.#signal,
      scope: caller.scope,
      cacheMode,
      send: (sent, signal) => this.#send(sent, signal),
    });
  }

  /** Passes the answer on that the cache cannot read. @throws any other failure */
  passOn(failure: unknown): Promise<void> {
    const unreadable = this.#unreadable;
    if (unreadable === undefined) throw failure;
    return passOn(unreadable, this.#given.exchange.response);
  }

  async #send(...[body, signal]: Parameters<TransportRequest['send']>) {
    const { exchange, route, rules, caller } = this.#given;
    const headers = sentHeaders(exchange.request, body);
    const sent = rules.upstream.open(route, { method: 'POST', headers });
    const answered = responseTo(sent, signal);
    sent.end(body);
    const message = await answered;
    caller.saw(message.statusCode ?? 0);
    try {
      return upstreamResponse(message);
    } catch (error) {
      if (error instanceof UnreadableEncoding) this.#unreadable = message;
      throw error;
    }
  }
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
  if (body === undefined) return forwardRequest(exchange, route, rules);
  const found = rules.tenants.callerOf({ rawHeaders: request.rawHeaders, ...route });
  const caller = found instanceof Promise ? await found : found;
  const answering = new Answering({ exchange, route, body, rules, caller });
  const answered = answering.answer();
  if (answered === undefined) return forwardRequest(exchange, route, { ...rules, body });
  if (!(answered instanceof Promise)) return write(answered, exchange);
  let answer: TransportAnswer;
  try {
    answer = await answered;
  } catch (error) {
    return answering.passOn(error);
  }
  return write(answer, exchange);
}
