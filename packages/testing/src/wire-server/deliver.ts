import { Readable } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { LlmCacheError } from '@cached-llm/core';
import type { Delivery, ExchangeResponse, Fault } from './exchange.ts';
import type { Reply } from './reply.ts';
import { wireBody } from './wire-body.ts';

/** One answer on its way: what is said, how it travels and what goes wrong with it. */
export interface Parcel {
  readonly response: ExchangeResponse;
  readonly delivery: Delivery;
  readonly fault: Fault | undefined;
}

export async function deliver(reply: Reply, parcel: Parcel): Promise<void> {
  const { fault, delivery } = parcel;
  if (fault?.kind === 'refuse') return reply.refuse();
  if (fault?.kind === 'hang' && fault.afterEvents === undefined) return;
  const { status, headers, events } = wireBody(responseUnder(parcel), delivery);
  const chunks = chunksOf(events.slice(0, eventLimit(fault)), delivery.chunkSize ?? 'event');
  reply.head(status, headers);
  const paced = Readable.from(inTime(chunks, delivery.latencyPerChunk ?? 0, reply.closed), {
    highWaterMark: 1,
  });
  await (delivery.gzip ? reply.writeCompressed(paced) : reply.write(paced));
  if (fault?.kind === 'cut-socket') await reply.cut();
  else if (fault?.kind !== 'hang') reply.end();
}

function responseUnder({ response, fault }: Parcel): ExchangeResponse {
  if (fault?.kind !== 'status') return response;
  const error = { type: 'fault', message: `This wire server answers ${fault.status} on purpose.` };
  return { status: fault.status, headers: fault.headers ?? {}, body: { error } };
}

function eventLimit(fault: Fault | undefined): number {
  if (fault === undefined || !('afterEvents' in fault)) return Number.POSITIVE_INFINITY;
  return fault.afterEvents ?? Number.POSITIVE_INFINITY;
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
    // Node joins what is written in one turn of the event loop into one HTTP chunk.
    await (latency > 0 ? wait(latency, undefined, { signal }) : nextTurn());
    yield chunk;
  }
}

/** @throws LlmCacheError INVALID_OPTION for a chunk size that would never end, or end in nothing. */
export function assertDelivery({ chunkSize = 'event' }: Delivery): void {
  if (typeof chunkSize === 'string' || (Number.isInteger(chunkSize) && chunkSize > 0)) return;
  throw new LlmCacheError(
    'INVALID_OPTION',
    `chunkSize is ${chunkSize}; write 'event', 'byte' or a whole number of bytes from 1 up.`,
  );
}
