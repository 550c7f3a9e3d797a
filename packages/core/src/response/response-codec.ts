import type { Verdict } from '../adapter/index.ts';
import type { EntryHeader, Payload } from '../entry/index.ts';
import type { CallPart, Outcome } from '../events/index.ts';
import type { CallIdentity } from '../key/index.ts';
import { WHOLE_FORM } from '../key/index.ts';
import type { Policy } from '../options/index.ts';
import type { Recording } from '../stream/index.ts';

/** A response that each caller can have a copy of: encoded, or a stream that is being recorded. */
export type SharedResponse =
  | { readonly kind: 'response'; readonly payload: Payload }
  | { readonly kind: 'stream'; readonly payload: Payload }
  | RunningStream;

/** A stream that the provider is still sending. */
export interface RunningStream {
  readonly kind: 'recording';
  readonly recording: Recording<unknown>;
  /** What came before the first chunk, such as the status and headers of an HTTP response. */
  readonly head?: unknown;
}

/** A response as the provider gave it, and what the other callers and the store get of it. */
export interface CapturedResponse<Response> {
  /** For the caller that leads: the response itself, or one that is equal to it. */
  readonly response: Response;
  /** What other callers and the store get. Undefined if the response can be given to one caller only. */
  readonly shared?: SharedResponse | undefined;
  /** The provider's rules on whether it may be stored. The verdict on a stream is known when the stream has ended. */
  readonly verdict: Verdict;
  /** The response says that the provider is out: status 429 or 5xx. @default false */
  readonly isOutage?: boolean | undefined;
  /** @default the call was for this response alone */
  readonly part?: CallPart | undefined;
  /** When a call for many responses began: the same instant for each. @default when this response was asked for */
  readonly calledAt?: number | undefined;
}

/** Converts responses as callers have them into payloads as a store has them, and back. Functions and transports have their own. */
export interface ResponseCodec<Response> {
  /** Encodes and judges a response before its caller can change it. */
  capture(response: Response): CapturedResponse<Response> | Promise<CapturedResponse<Response>>;
  /**
   * A copy for one caller.
   *
   * @throws if the payload is not one of this codec, or cannot take the wanted form. The request is a miss then.
   */
  restore(shared: SharedResponse, provenance: Provenance): Response;
  /** The payload of a stream that has ended, from the texts of its chunks, and of what a generator returned after them. */
  packStream(texts: readonly string[], head: unknown, returned?: string): string;
}

/** Where an answer comes from, and how one caller wants it. */
export interface Provenance {
  readonly outcome: Outcome;
  /** Milliseconds since it was stored. */
  readonly age: number;
  /** The caller's own signal, which ends the reading of a stream. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait before each chunk of a stored stream. @default none */
  readonly delays?: readonly number[] | undefined;
  /** The form that is wanted of an entry that was stored in another one. @default its own form */
  readonly crossTo?: EntryHeader['kind'] | undefined;
}

/** The call that an entry is restored for. */
interface RestoringCall {
  readonly identity: CallIdentity;
  readonly policy: Policy;
  readonly signal?: AbortSignal | undefined;
}

/** How an entry is to be restored for this call. */
export function provenanceFor(
  { identity, policy, signal }: RestoringCall,
  { form, delays }: EntryHeader,
): Omit<Provenance, 'outcome' | 'age'> {
  if (identity.form !== form)
    return { signal, crossTo: identity.form === WHOLE_FORM ? 'response' : 'stream' };
  return { signal, delays: policy.replay === 'recorded' ? delays : undefined };
}
