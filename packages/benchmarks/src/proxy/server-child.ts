// One server in its own process. Arguments: its name, and the URL of the upstream. It sends its URL, and then its figures when asked.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { createLlmCache } from '@cached-llm/core';
import { startProxy } from '@cached-llm/proxy';
import { Pool } from 'undici';
import { heapUse } from '../measuring/index.ts';
import { messageOf } from './messages.ts';

const [name = '', upstream = ''] = process.argv.slice(2);

function listening(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.keepAliveTimeout = 0;
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo; // it listens on a port
      resolve(`http://127.0.0.1:${port}`);
    });
  });
}

/** What Node.js can do at best: the body is the key of a Map, and nothing else is looked at. */
function bare(): Promise<string> {
  const answers = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const known = answers.get(body) ?? JSON.stringify(messageOf(2_000));
    answers.set(body, known);
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(known),
    });
    response.end(known);
  });
  return listening(server);
}

const OF_THE_CONNECTION = ['host', 'connection', 'keep-alive', 'transfer-encoding'];

function forwarded({ headers }: IncomingMessage) {
  const names = Object.keys(headers).filter((name) => !OF_THE_CONNECTION.includes(name));
  return Object.fromEntries(names.map((each) => [each, headers[each]]));
}

/** A reverse proxy over undici, as its documentation shows one. */
function plain(): Promise<string> {
  const pool = new Pool(upstream, { connections: 2_000, headersTimeout: 0, bodyTimeout: 0 });
  const server = createServer(async (request, response) => {
    try {
      const answer = await pool.request({
        path: request.url ?? '/',
        method: 'POST',
        headers: forwarded(request),
        body: request,
      });
      response.writeHead(answer.statusCode, answer.headers);
      answer.body.on('error', () => response.destroy()).pipe(response);
    } catch {
      response.destroy();
    }
  });
  return listening(server);
}

async function ours(): Promise<string> {
  const cache = createLlmCache({ maxBytes: 64 * 1024 * 1024 });
  const proxy = await startProxy({ cache, port: 0, upstreams: { anthropic: { url: upstream } } });
  return `${proxy.url}/anthropic`;
}

const SERVERS: Readonly<Record<string, () => Promise<string>>> = { bare, plain, ours };
const start = SERVERS[name];
if (start === undefined) throw new Error(`No server is called ${name}.`);
process.send?.({ url: await start() });

const RESOLUTION = 2;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
delays.enable();

/** Bytes of heap and of buffers in use after a garbage collection. */
function bytesInUse(): number {
  const heap = heapUse();
  const { external, arrayBuffers } = process.memoryUsage();
  return heap + external + arrayBuffers;
}

/** By how many milliseconds 99 of 100 turns of the event loop were late at most, since the last question. */
function lagSince(): number {
  const lag = Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION);
  delays.reset();
  return lag;
}

process.on('message', (asked) => process.send?.(asked === 'lag' ? lagSince() : bytesInUse()));
process.on('disconnect', () => process.exit());
