import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { CallNotes } from '../observe/index.ts';
import type { Route } from '../routes/index.ts';
import { MessageParts } from './message-parts.ts';
import { requestHeaders, responseHeaders } from './passed-headers.ts';
import { headerPairs } from './raw-headers.ts';
import { responseTo, type Upstream } from './upstream.ts';
import { writeBody } from './write-body.ts';

/** A request of a client, and where its response is written. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client waits to be told that its body is wanted (`expect: 100-continue`). @default false */
  readonly isExpecting?: boolean | undefined;
  /** What becomes of it, for whoever observes the proxy. */
  readonly notes?: CallNotes | undefined;
}

/** What a request is passed on with. */
export interface ForwardRules {
  readonly upstream: Upstream;
  /** The body, where it has been read. */
  readonly body?: Buffer | undefined;
  /** Gets the status that the upstream answers with. @default nobody */
  readonly saw?: ((status: number) => void) | undefined;
}

/** Writes the response of an upstream as it comes: status, headers and bytes. */
export function passOn(upstream: IncomingMessage, { response, notes }: Exchange): Promise<void> {
  const { statusCode = 502, statusMessage = '', rawHeaders } = upstream;
  const headers = responseHeaders(rawHeaders);
  const outcome = notes?.outcome ?? 'bypass';
  response.writeHead(statusCode, statusMessage, [...headers, 'x-cached-llm', outcome]);
  response.flushHeaders();
  const trailers = () => headerPairs(upstream.rawTrailers);
  return writeBody({ parts: new MessageParts(upstream), trailers }, response);
}

/**
 * Tells the client when the upstream asks for the body. Many upstreams never ask, and clients then send it unasked (RFC 9110
 * §10.1.1). Where one answers without having asked, the connection ends: nobody knows whether a body follows.
 */
function passAsking(sent: ClientRequest, { response }: Exchange): void {
  response.shouldKeepAlive = false;
  sent.once('continue', () => {
    response.shouldKeepAlive = true;
    response.writeContinue();
  });
  sent.flushHeaders();
}

/** Its errors do not end the connection: the response may come all the same. */
function sendBody(request: IncomingMessage, sent: ClientRequest): void {
  request.pipe(sent, { end: false });
  request.once('end', () => {
    sent.addTrailers(headerPairs(request.rawTrailers));
    sent.end();
  });
}

/** Passes a request on as it is, and its response as it comes. @throws what Node.js says of the connection to the upstream */
export async function forwardRequest(
  exchange: Exchange,
  route: Route,
  { upstream, body, saw }: ForwardRules,
): Promise<void> {
  const { request, response, isExpecting = false } = exchange;
  const { method = 'GET', rawHeaders } = request;
  const headers = requestHeaders(rawHeaders, (name) => body !== undefined && isOfBody(name));
  if (body !== undefined) headers.push('Content-Length', String(body.length));
  // Node.js would write the body of a GET or a DELETE without a sign of its end.
  else if (request.headers['transfer-encoding'] !== undefined)
    headers.push('Transfer-Encoding', 'chunked');
  const sent = upstream.open(route, { method, headers });
  const stop = () => void sent.destroy();
  response.once('close', stop);
  const answered = responseTo(sent); // whoever waits for it gets an error of the sending, too
  if (body === undefined && isExpecting) passAsking(sent, exchange);
  if (body !== undefined) sent.end(body);
  else sendBody(request, sent);
  const message = await answered;
  saw?.(message.statusCode ?? 0);
  await passOn(message, exchange);
  response.off('close', stop);
}

const isOfBody = (name: string) => name === 'content-length' || name === 'expect';
