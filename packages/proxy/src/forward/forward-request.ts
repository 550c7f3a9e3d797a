import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Route } from '../routes/index.ts';
import { passedHeaders, requestHeaders } from './passed-headers.ts';
import { responseTo, type Upstream } from './upstream.ts';
import { writeBody } from './write-body.ts';

/** A request of a client, and where its response is written. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Writes the response of an upstream as it comes: status, headers and bytes. */
function passOn(upstream: IncomingMessage, response: ServerResponse): Promise<void> {
  const { statusCode = 502, statusMessage = '', rawHeaders } = upstream;
  response.writeHead(statusCode, statusMessage, passedHeaders(rawHeaders));
  response.flushHeaders();
  return writeBody(upstream, response);
}

/** Passes a request on as it is, and its response as it comes. @throws what Node.js says of the connection to the upstream */
export async function forwardRequest(
  { request, response }: Exchange,
  route: Route,
  upstream: Upstream,
): Promise<void> {
  const { method = 'GET', rawHeaders } = request;
  const sent = upstream.open(route, {
    method,
    headers: requestHeaders(rawHeaders, route.url.host),
  });
  response.once('close', () => sent.destroy());
  const answered = responseTo(sent);
  pipeline(request, sent).catch(() => {}); // whoever waits for the response gets the error
  await passOn(await answered, response);
}
