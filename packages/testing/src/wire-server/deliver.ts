import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { constants, createGzip } from 'node:zlib';
import { LlmCacheError } from '@cached-llm/core';
import { pause } from '@cached-llm/core/store';
import type { Delivery, ExchangeResponse, Fault } from './exchange.ts';
import { wireBody } from './wire-body.ts';

/** An answer with the way it is sent and the fault that disturbs it. */
export interface PlannedAnswer {
  readonly response: ExchangeResponse;
  readonly delivery: Delivery;
  readonly fault?: Fault | undefined;
}

export async function deliver(reply: Reply, answer: PlannedAnswer): Promise<void> {
  const { fault, delivery } = answer;
  if (fault?.kind === 'refuse') return reply.refuse();
  if (fault?.kind === 'hang' && fault.afterEvents === undefined) return;
  const { status, headers, events } = wireBody(responseUnder(answer), delivery);
  const chunks = chunksOf(events.slice(0, eventLimit(fault)), delivery.chunkSize ?? 'event');
  reply.head(status, headers);
  const paced = Readable.from(inTime(chunks, delivery.latencyPerChunk ?? 0, reply.closed), {
    highWaterMark: 1,
  });
  await (delivery.gzip ? reply.writeCompressed(paced) : reply.write(paced));
  if (fault?.kind === 'cut-socket') await reply.cut();
  else if (fault?.kind !== 'hang') reply.end();
}

function responseUnder({ response, fault }: PlannedAnswer): ExchangeResponse {
  if (fault?.kind !== 'status') return response;
  const error = { type: 'fault', message: `This wire server answers ${fault.status} on purpose.` };
  return { status: fault.status, headers: fault.headers ?? {}, body: { error } };
}

function eventLimit(fault: Fault | undefined): number {
  if (fault === undefined || !('afterEvents' in fault)) return Infinity;
  return fault.afterEvents ?? Infinity;
}

function chunksOf(
  events: readonly string[],
  chunkSize: NonNullable<Delivery['chunkSize']>,
): readonly Buffer[] {
  if (chunkSize === 'event') return events.map((event) => Buffer.from(event));
  const size = chunkSize === 'byte' ? 1 : chunkSize;
  const bytes = Buffer.from(events.join(''));
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

async function* inTime(chunks: readonly Buffer[], latency: number, signal: AbortSignal) {
  for (const chunk of chunks) {
    // Node joins all writes of one turn of the event loop into one HTTP chunk.
    await (latency > 0 ? pause(latency, { signal }) : nextTurn());
    yield chunk;
  }
}

/** @throws LlmCacheError INVALID_OPTION for a chunk size with which a body would never end, or be lost. */
export function assertDelivery({ chunkSize = 'event' }: Delivery): void {
  if (typeof chunkSize === 'string' || (Number.isInteger(chunkSize) && chunkSize > 0)) return;
  throw new LlmCacheError(
    'INVALID_OPTION',
    `chunkSize is ${chunkSize}; write 'event', 'byte' or a whole number of bytes from 1 up.`,
  );
}

/** One answer, as the server sends it. It knows whether the client or the server ended the connection. */
export class Reply {
  readonly #outgoing: ServerResponse;
  readonly #closed = new AbortController();
  #isCut = false;

  /** `onLeft` is called when the client leaves before it has the whole answer. */
  constructor(outgoing: ServerResponse, onLeft: () => void) {
    this.#outgoing = outgoing;
    outgoing.once('close', () => {
      if (!this.#isCut && !outgoing.writableFinished) onLeft();
      this.#closed.abort();
    });
  }

  /** Aborts when the connection has ended. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#outgoing.writeHead(status, headers);
    this.#outgoing.flushHeaders();
  }

  async write(chunks: Readable): Promise<void> {
    await pipeline(chunks, this.#outgoing, { end: false });
  }

  async writeCompressed(chunks: Readable): Promise<void> {
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    await pipeline(chunks, gzip, this.#outgoing, { end: false });
  }

  end(): void {
    this.#outgoing.end();
  }

  /** The client still receives the data that was written, but not the end of the body. */
  async cut(): Promise<void> {
    // A client that receives the data and the end of the connection in one read discards the data.
    await pause(10);
    this.#isCut = true;
    this.#outgoing.socket?.destroySoon();
  }

  refuse(): void {
    this.#isCut = true;
    this.#outgoing.socket?.resetAndDestroy();
  }
}
