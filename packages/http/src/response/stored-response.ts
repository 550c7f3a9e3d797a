import {
  type Adapter,
  type Captured,
  Crossing,
  type Fields,
  type Provenance,
} from '@cached-llm/core';
import { buildResponse } from './build-response.ts';
import { byteStream } from './byte-stream.ts';
import { readPayload, replayTexts, textsOf } from './http-payload.ts';
import type { ResponseHead } from './response-head.ts';
import { streamParser } from './stream-parser.ts';

type Stored = Exclude<Captured, { readonly kind: 'recording' }>;

export interface Restoring {
  readonly rules: { readonly adapter: Pick<Adapter, 'cross'> };
  readonly request: unknown;
  readonly url: string;
}

function chunksIn(texts: readonly string[]): readonly unknown[] {
  const chunks: unknown[] = [];
  const feed = streamParser('sse', (chunk) => chunks.push(chunk));
  for (const text of texts) feed(text);
  return chunks;
}

/** Chunks as the provider puts them on the wire. */
function framed(chunks: readonly Fields[], { cross }: Pick<Adapter, 'cross'>): readonly string[] {
  const events = chunks.map((chunk) => {
    const name = cross?.eventOf?.(chunk);
    const event = name === undefined ? '' : `event: ${name}\n`;
    return `${event}data: ${JSON.stringify(chunk)}\n\n`;
  });
  return cross?.marker === undefined ? events : [...events, `data: ${cross.marker}\n\n`];
}

const ofType = (type: string, { headers, ...head }: ResponseHead): ResponseHead => ({
  ...head,
  headers: { ...headers, 'content-type': type },
});

/** An entry as the other kind of answer. @throws where there is no exact one. */
function cross({ kind, payload }: Stored, provenance: Provenance, restoring: Restoring): Response {
  const { rules, request, url } = restoring;
  const { head, body } = readPayload(payload.text);
  const value = kind === 'stream' ? chunksIn(textsOf(body)) : JSON.parse(body);
  const crossing = new Crossing(rules.adapter, request);
  const told = { ...provenance, url };
  if (provenance.crossTo === 'response') {
    const whole = JSON.stringify(crossing.wholeOf({ kind, value }));
    return buildResponse(whole, ofType('application/json', head), told);
  }
  const texts = framed(crossing.chunksOf({ kind, value }), rules.adapter);
  const stream = byteStream(replayTexts(texts, provenance));
  return buildResponse(stream, ofType('text/event-stream; charset=utf-8', head), told);
}

/** A stored answer, given anew. @throws where the payload is none of ours, or is not to be had as it is wanted. */
export function restoreStored(
  stored: Stored,
  provenance: Provenance,
  restoring: Restoring,
): Response {
  if (provenance.crossTo !== undefined) return cross(stored, provenance, restoring);
  const { head, body } = readPayload(stored.payload.text);
  const isStream = stored.kind === 'stream';
  return buildResponse(isStream ? byteStream(replayTexts(textsOf(body), provenance)) : body, head, {
    ...provenance,
    url: restoring.url,
  });
}
