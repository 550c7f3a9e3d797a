import type { Provenance } from '@cached-llm/core/adapter';
import type { HeaderList } from '../request/index.ts';
import type { ByteSource, Parts } from './body-text.ts';

/** A response as an upstream gives it. That of `fetch` is one. */
export interface LiveResponse {
  readonly status: number;
  readonly statusText: string;
  /** Is the status one of success? */
  readonly ok: boolean;
  readonly headers: HeaderList;
  readonly body: ByteSource | null;
}

/** What a response is made of: a whole body, the texts of a stored stream, or what comes part by part. */
export type Content = string | Uint8Array | readonly string[] | Parts;

/** The status and the headers of a response that is made. */
export interface MadeHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>> | HeaderList;
}

/** Where a response comes from. */
export interface Origin extends Pick<Provenance, 'age' | 'signal'> {
  readonly outcome: Provenance['outcome'] | 'partial' | string;
  readonly url: string;
}

/** How the responses of `fetch`, or those of a server, are read and made. */
export interface ResponseForm<Response> {
  live(response: Response): LiveResponse;
  /** The headers for the caller that asked the provider: all but those that describe the wire. */
  liveHeaders(response: Response): HeaderList;
  /** The URL of the response itself, where it differs from that of the request. */
  urlOf?(response: Response): string;
  /** Was the request sent to another URL than it was made for, because a server said so? @default false */
  isRedirected?(response: Response): boolean;
  make(content: Content, head: MadeHead, origin: Origin): Response;
}

/** Headers that describe the bytes on the wire, which are decoded by now. */
export const FRAMING = /^(content-(encoding|length)|transfer-encoding)$/;
