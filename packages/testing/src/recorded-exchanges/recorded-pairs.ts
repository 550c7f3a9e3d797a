import { readFileSync } from 'node:fs';
import type { Exchange } from '../wire-server/index.ts';
import { requiredRecording } from './recordings-folder.ts';

/** One line of the file of recordings. */
interface PairLine {
  readonly src: string;
  readonly provider: string;
  readonly method: string;
  readonly url: string;
  readonly request_headers: Readonly<Record<string, string>>;
  readonly request: unknown;
  readonly request_text?: string | null;
  readonly status: number;
  readonly response_headers: Readonly<Record<string, string>>;
  readonly response: unknown;
  readonly kind: 'json' | 'sse';
}

/** A real request and the provider's answer to it. */
export interface RecordedPair {
  /** The file of the recording, and the number of the pair in it. */
  readonly source: string;
  readonly provider: string;
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly request: unknown;
  /** The exact bytes that were sent, if they are known; `request` has the recorder's order of keys. */
  readonly requestText: string | undefined;
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** Parsed JSON, or the text as it was received: for `sse` always, for `json` if it is not one JSON value. */
  readonly response: unknown;
  readonly kind: 'json' | 'sse';
}

/** Which recorded pairs are returned: those of a provider, those of one kind of body, or all. */
export interface PairFilter {
  readonly provider?: string;
  readonly kind?: 'json' | 'sse';
}

/**
 * The recorded pairs, in the order of the file.
 * @throws LlmCacheError INVALID_OPTION if there are no recordings.
 */
export function recordedPairs(filter: PairFilter = {}): readonly RecordedPair[] {
  const lines = readFileSync(requiredRecording('wire-pairs', 'pairs.jsonl'), 'utf8').split('\n');
  return lines
    .filter((line) => line !== '')
    .map(toPair)
    .filter(
      ({ provider, kind }) =>
        provider === (filter.provider ?? provider) && kind === (filter.kind ?? kind),
    );
}

/** A pair as an exchange of a wire server, at the recorded path and for the recorded body. */
export function toExchange(pair: RecordedPair): Exchange {
  const { pathname, search } = new URL(pair.url);
  const { 'content-encoding': encoding, 'transfer-encoding': _, ...headers } = pair.responseHeaders;
  return {
    name: pair.source,
    method: pair.method,
    path: `${pathname}${search}`,
    request: pair.request,
    response: { status: pair.status, headers, body: pair.response, kind: pair.kind },
    // The recorder decompressed the body: a body that was compressed is compressed again.
    gzip: encoding !== undefined,
  };
}

function toPair(line: string): RecordedPair {
  // The README beside the file fixes the shape of its lines.
  const { src, request_headers, request_text, response_headers, ...rest } = JSON.parse(
    line,
  ) as PairLine;
  return {
    ...rest,
    source: src,
    requestHeaders: request_headers,
    requestText: request_text ?? undefined,
    responseHeaders: response_headers,
  };
}
