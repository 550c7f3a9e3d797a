import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { visibleLines } from '@cached-llm/core/store';
import { type Answer, type ApiRequest, HttpProblem, readBody } from './answer.ts';
import type { Asset } from './assets.ts';
import { cookieOf, type Gate, isOpening, refusalOf } from './gate.ts';

/** The page may load its own files, and nothing from anywhere else; nothing that is stored can run in it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer', // the first address holds the token
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

const BASE = 'http://localhost';

interface Served {
  readonly gate: Gate;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly api: (request: ApiRequest) => Promise<Answer>;
}

/** A server that listens. */
export interface Serving {
  readonly port: number;
  close(): Promise<void>;
}

function send(response: ServerResponse, status: number, { type, content }: Asset): void {
  response.writeHead(status, {
    ...HEADERS,
    'content-type': type,
    'content-length': content.length,
  });
  response.end(content);
}

/** JSON in which control characters are escaped, as the command line prints it. */
function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const content = Buffer.from(visibleLines(JSON.stringify(value)));
  send(response, status, { type: 'application/json', content });
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, { type: 'text/plain; charset=utf-8', content: Buffer.from(`${text}\n`) });
}

function sendLines(response: ServerResponse, lines: AsyncIterable<string>): void {
  response.writeHead(200, {
    ...HEADERS,
    'content-type': 'application/x-ndjson',
    'content-disposition': 'attachment; filename="entries.jsonl"',
  });
  pipeline(Readable.from(lines), response, () => {}); // a reader that leaves ends it
}

async function answerApi({ api }: Served, request: IncomingMessage, url: URL): Promise<Answer> {
  const { method = 'GET' } = request;
  const name = url.pathname.slice('/api/'.length);
  return api({ method, name, query: url.searchParams, body: await readBody(request) });
}

/** Any program can send a path that is no address, such as `//`. */
function addressOf({ url = '/' }: IncomingMessage): URL | undefined {
  return URL.canParse(url, BASE) ? new URL(url, BASE) : undefined;
}

async function answer(served: Served, request: IncomingMessage, response: ServerResponse) {
  const url = addressOf(request);
  if (url === undefined) return sendText(response, 400, 'The address cannot be read.');
  if (isOpening(request, url, served.gate)) {
    response.writeHead(303, { ...HEADERS, location: '/', 'set-cookie': cookieOf(served.gate) });
    response.end();
    return;
  }
  const refused = refusalOf(request, served.gate);
  if (refused !== undefined) return sendText(response, refused.status, refused.message);
  const asset = served.assets.get(url.pathname);
  if (asset !== undefined) return send(response, 200, asset);
  if (!url.pathname.startsWith('/api/')) return sendText(response, 404, 'There is no such page.');
  const given = await answerApi(served, request, url);
  if ('lines' in given) sendLines(response, given.lines);
  else sendJson(response, 200, given.json);
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = error instanceof HttpProblem ? error.status : 500;
  sendJson(response, status, { error: error instanceof Error ? error.message : String(error) });
}

/** Listens at a port of this machine. @throws where the port is taken */
export async function serve(
  served: Served,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Serving> {
  const server = createServer((request, response) => {
    answer(served, request, response)
      .catch((error: unknown) => fail(response, error))
      .finally(() => request.resume()); // what nobody reads of a body is thrown away
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // it listens on TCP
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
