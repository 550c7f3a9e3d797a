// The provider behind the proxies: Anthropic's API, whole and as a stream. It counts the requests of each process message.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from './messages.ts';

let count = 0;

interface Asked {
  readonly stream?: boolean;
  readonly max_tokens: number;
  readonly metadata?: { readonly user_id?: string };
}

const event = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

const START = event('message_start', {
  message: { ...messageOf(0), content: [], stop_reason: null },
});
const BLOCK = event('content_block_start', {
  index: 0,
  content_block: { type: 'text', text: '' },
});
const DELTA = event('content_block_delta', {
  index: 0,
  delta: { type: 'text_delta', text: ' the tide carries salt' },
});
const END =
  event('content_block_stop', { index: 0 }) +
  event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 400 } }) +
  event('message_stop', {});

/** `max_tokens` deltas, one after the other; `pace` milliseconds between two of them. */
async function stream(
  response: ServerResponse,
  { deltas, pace }: { deltas: number; pace: number },
) {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(START + BLOCK);
  for (let number = 0; number < deltas && !response.destroyed; number += 1) {
    if (pace > 0) await delay(pace);
    if (!response.write(DELTA)) await once(response, 'drain');
  }
  response.end(END);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked: Asked = JSON.parse(await text(request)); // the benchmark wrote it
  count += 1;
  if (asked.stream === true) {
    const pace = Number(request.headers['x-pace'] ?? 0);
    return stream(response, { deltas: asked.max_tokens, pace });
  }
  const body = JSON.stringify(messageOf(2_000));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy()); // the client left
});
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo; // it listens on a port
  process.send?.({ url: `http://127.0.0.1:${port}` });
});
process.on('message', () => {
  process.send?.({ count });
  count = 0;
});
process.on('disconnect', () => process.exit());
