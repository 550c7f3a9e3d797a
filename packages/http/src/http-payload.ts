import type { ResponseHead } from './response-head.ts';

/** A head in one line of JSON, and under it the body as it came, or the texts of a stream. */
export function payloadOf(head: ResponseHead, body: string): string {
  return `${JSON.stringify(head)}\n${body}`;
}

/** @throws where the payload is none of ours. */
export function readPayload(payload: string): {
  readonly head: ResponseHead;
  readonly body: string;
} {
  const end = payload.indexOf('\n');
  const head: Partial<ResponseHead> | null = JSON.parse(payload.slice(0, end));
  if (typeof head?.status !== 'number' || typeof head.headers !== 'object') {
    throw new SyntaxError('A stored response has no head.');
  }
  return { head: head as ResponseHead, body: payload.slice(end + 1) }; // looked at above
}

/** The texts of a stored stream, one at a time. */
export async function* textsOf(payload: string): AsyncGenerator<string, void, undefined> {
  yield* JSON.parse(payload) as string[]; // as `pack` wrote it
}
