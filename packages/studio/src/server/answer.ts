import type { IncomingMessage } from 'node:http';

/** A problem that the page shows to the user. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A request to the API that was let in. */
export interface ApiRequest {
  readonly method: string;
  /** Behind `/api/`. */
  readonly name: string;
  readonly query: URLSearchParams;
  /** The parsed body of a POST. */
  readonly body: unknown;
}

/** What the API answers: a value as JSON, or lines as they come. */
export type Answer = { readonly json: unknown } | { readonly lines: AsyncIterable<string> };

/** A request that the user pastes may hold pictures. */
const MOST_BYTES = 33_554_432;

/** The body of a request as JSON. @throws {HttpProblem} where it is too long, or is no JSON */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  if (request.method !== 'POST') return undefined;
  const parts: Buffer[] = [];
  let bytes = 0;
  // A request that is refused is not destroyed: its sender could not read why.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new HttpProblem(413, 'The request is longer than 32 MiB.');
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new HttpProblem(400, 'The body of the request is not JSON.'); // the error's own message would quote it
  }
}
