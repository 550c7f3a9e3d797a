import { isDeepStrictEqual } from 'node:util';
import type { Exchange, ExchangeResponse, ReceivedRequest } from './exchange.ts';

/** The first exchange with the method, path and body of the request. */
export function findExchange(
  exchanges: readonly Exchange[],
  request: ReceivedRequest,
): Exchange | undefined {
  return exchanges.find((exchange) => differences(exchange, request).next().done === true);
}

/** The answer to a request without an exchange: the nearest exchange and the fields that differ, never their contents. */
export function noExchange(
  exchanges: readonly Exchange[],
  request: ReceivedRequest,
): ExchangeResponse {
  const called = `${request.method} ${request.path}`;
  const message = [`No exchange answers ${called}.`, nearest(exchanges, request)].join(' ').trim();
  return {
    status: 501,
    // Without this header SDKs retry a 5xx twice.
    headers: { 'x-should-retry': 'false' },
    body: { error: { type: 'no_exchange', message, path: request.path } },
  };
}

function nearest(exchanges: readonly Exchange[], request: ReceivedRequest): string {
  const candidates = exchanges
    .map((exchange, index) => ({
      name: exchange.name ?? `exchange ${index + 1}`,
      differing: [...differences(exchange, request)],
    }))
    .sort((one, other) => weight(one.differing) - weight(other.differing));
  const best = candidates[0];
  return best ? `The nearest is "${best.name}"; different: ${best.differing.join(', ')}.` : '';
}

/** A different path weighs more than a different method, and that weighs more than any number of other fields. */
function weight(differing: readonly string[]): number {
  const fields = differing.length / (differing.length + 1);
  return fields + (differing.includes('path') ? 4 : 0) + (differing.includes('method') ? 2 : 0);
}

function* differences(exchange: Exchange, request: ReceivedRequest): Generator<string> {
  if (!isSamePath(exchange.path, request.path)) yield 'path';
  if ((exchange.method ?? 'POST').toUpperCase() !== request.method) yield 'method';
  if (exchange.request !== undefined) yield* bodyDifferences(exchange.request, request.json);
}

function isSamePath(expected: string | undefined, path: string): boolean {
  if (expected === undefined || expected === path) return true;
  return !expected.includes('?') && expected === path.split('?')[0];
}

function* bodyDifferences(expected: unknown, received: unknown): Generator<string> {
  // Through JSON, so that `undefined` members and class instances are compared as they would be sent.
  const sent: unknown = JSON.parse(JSON.stringify(expected));
  if (isDeepStrictEqual(sent, received)) return;
  if (!isObject(sent) || !isObject(received)) return yield 'body';
  for (const field of new Set([...Object.keys(sent), ...Object.keys(received)])) {
    if (!isDeepStrictEqual(sent[field], received[field])) yield `body.${field}`;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
