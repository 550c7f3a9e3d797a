import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ReceivedRequest } from './exchange.ts';

/** A request as the server keeps it: only the server may still change whether it was aborted. */
export type OpenRequest = Omit<ReceivedRequest, 'aborted'> & { aborted: boolean };

export async function receiveRequest(incoming: IncomingMessage): Promise<OpenRequest> {
  const body = await text(incoming);
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: flatHeaders(incoming),
    body,
    json: parsedOrUndefined(body),
    aborted: false,
  };
}

function flatHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function parsedOrUndefined(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
