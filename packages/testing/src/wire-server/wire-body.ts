import type { BodyKind, Delivery, ExchangeResponse } from './exchange.ts';
import { serverSentEvents, splitServerSentEvents } from './server-sent-events.ts';

/** A response as it is written: its status, its headers, and its body event by event. */
export interface WireBody {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly events: readonly string[];
}

const contentTypes: Readonly<Record<BodyKind, string>> = {
  json: 'application/json',
  sse: 'text/event-stream; charset=utf-8',
  ndjson: 'application/x-ndjson',
  text: 'text/plain; charset=utf-8',
};

export function wireBody(response: ExchangeResponse, delivery: Delivery): WireBody {
  const kind = response.kind ?? (typeof response.body === 'string' ? 'text' : 'json');
  return {
    status: response.status ?? 200,
    headers: { ...headersOf(kind, delivery), ...lowerCased(response.headers) },
    events: withLineEnding(eventsOf(kind, response.body), kind, delivery.lineEnding),
  };
}

function headersOf(kind: BodyKind, { gzip }: Delivery): Record<string, string> {
  const contentType = { 'content-type': contentTypes[kind] };
  return gzip ? { ...contentType, 'content-encoding': 'gzip' } : contentType;
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function eventsOf(kind: BodyKind, body: unknown): readonly string[] {
  if (body === undefined || body === '') return [];
  if (kind === 'sse') return sseEvents(body);
  if (kind === 'ndjson') return ndjsonLines(body);
  return [typeof body === 'string' ? body : JSON.stringify(body)];
}

function sseEvents(body: unknown): string[] {
  if (typeof body === 'string') return splitServerSentEvents(body);
  return listOf(body).map((data) => serverSentEvents([{ data }]));
}

function ndjsonLines(body: unknown): string[] {
  if (typeof body === 'string') return body.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return listOf(body).map((value) => `${JSON.stringify(value)}\n`);
}

function listOf(body: unknown): readonly unknown[] {
  return Array.isArray(body) ? body : [body];
}

function withLineEnding(
  events: readonly string[],
  kind: BodyKind,
  lineEnding: Delivery['lineEnding'],
): readonly string[] {
  if (lineEnding === undefined || kind === 'json' || kind === 'text') return events;
  return events.map((event) => event.replace(/\r\n|\n|\r/g, lineEnding));
}
