import { PacedReplay, type Provenance } from '@cached-llm/core';
import type { ResponseHead } from './response-head.ts';

/** A head in one line of JSON, and under it the body as it came, or the texts of a stream. */
export function payloadOf(head: ResponseHead, body: string): string {
  return `${JSON.stringify(head)}\n${body}`;
}

/** A marker counts from its CR on: the LF of the pair may not have come yet, and is part of the stream. */
function withLastLineFeed(texts: readonly string[]): readonly string[] {
  const isCut = texts.at(-1)?.endsWith('\r') === true && texts.some((text) => text.includes('\n'));
  return isCut ? [...texts, '\n'] : texts;
}

export function streamPayloadOf(head: ResponseHead, texts: readonly string[]): string {
  return payloadOf(head, JSON.stringify(withLastLineFeed(texts)));
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

async function* replayOf(texts: readonly string[], signal: AbortSignal | undefined) {
  for (const text of texts) {
    signal?.throwIfAborted();
    yield text;
  }
}

/** The texts of a stored stream. @throws where the body is no list of them. */
export function textsOf(body: string): readonly string[] {
  const texts: unknown = JSON.parse(body);
  if (!Array.isArray(texts)) throw new SyntaxError('A stored stream has no texts.');
  return texts;
}

/** One at a time, each after its delay where there is one. */
export function replayTexts(
  texts: readonly string[],
  { delays, signal }: Pick<Provenance, 'delays' | 'signal'>,
): AsyncIterator<string> {
  return delays === undefined
    ? replayOf(texts, signal)
    : new PacedReplay(texts, { delays, signal });
}
