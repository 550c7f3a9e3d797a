import { once } from 'node:events';
import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { frameOf } from './event-stream.ts';

export interface BedrockAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or bytes as they are. */
  readonly body?: unknown;
  /** Events instead of a body, each in its own frame. */
  readonly events?: readonly object[];
  /** Milliseconds before each event. */
  readonly latency?: number;
  /** Bytes in one write. @default a whole frame */
  readonly chunkSize?: number;
  /** How the response ends after its events. @default 'end' */
  readonly ending?: 'end' | 'cut' | 'hang';
  /** Nothing is sent, not even headers. @default false */
  readonly silent?: boolean;
}

export interface BedrockRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  aborted: boolean;
}

/** Bedrock on this machine: HTTP/2 without TLS, which the SDK's own handler speaks. */
export interface BedrockServer {
  readonly url: string;
  readonly requests: readonly BedrockRequest[];
  readonly count: number;
  close(): Promise<void>;
}

async function writeEvents(stream: ServerHttp2Stream, answer: BedrockAnswer) {
  const { events = [], latency = 0, chunkSize = Number.POSITIVE_INFINITY } = answer;
  for (const frame of events.map(frameOf)) {
    await wait(latency);
    if (stream.destroyed) return;
    for (let start = 0; start < frame.length; start += chunkSize) {
      stream.write(frame.subarray(start, start + chunkSize));
      if (chunkSize < frame.length) await new Promise(setImmediate);
    }
  }
}

async function reply(stream: ServerHttp2Stream, answer: BedrockAnswer) {
  const { status = 200, headers, body, events, ending = 'end' } = answer;
  if (answer.silent) return;
  stream.respond({
    ':status': status,
    'content-type': events ? 'application/vnd.amazon.eventstream' : 'application/json',
    'x-amzn-requestid': 'request-id',
    ...headers,
  });
  if (body !== undefined) stream.write(body instanceof Uint8Array ? body : JSON.stringify(body));
  await writeEvents(stream, answer);
  if (ending === 'end') stream.end();
  if (ending === 'cut') stream.close(2); // INTERNAL_ERROR
}

/** The requests that a server received, and how it answers them. */
interface Service {
  readonly requests: BedrockRequest[];
  readonly answer: (request: BedrockRequest) => BedrockAnswer;
}

async function receive(
  { requests, answer }: Service,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<void> {
  const flat = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  const body = (await buffer(stream)).toString();
  const path = String(headers[':path']);
  const request = { path, headers: Object.fromEntries(flat), body, aborted: false };
  requests.push(request);
  stream.once('aborted', () => {
    request.aborted = true;
  });
  await reply(stream, answer(request));
}

function serverAt(service: Service): { server: Http2Server; sessions: Set<ServerHttp2Session> } {
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {}); // a client that left
    session.once('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    receive(service, stream, headers).catch(() => stream.destroy());
  });
  return { server, sessions };
}

export async function startBedrock(answer: Service['answer']): Promise<BedrockServer> {
  const requests: BedrockRequest[] = [];
  const { server, sessions } = serverAt({ requests, answer });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    get count() {
      return requests.length;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}
