import type { EntryHeader } from '../entry/entry.ts';
import type { Payload } from '../entry/payload.ts';
import type { BypassReason } from '../events/events.ts';
import type { CallIdentity } from '../key/call-identity.ts';
import type { Policy } from '../options/policy.ts';
import type { Recording } from '../stream/recording.ts';
import type { Facts } from '../stream/stream-source.ts';
import type { Outcome } from './call-info.ts';

/** What can be read as often as there are callers; each has a copy of its own. */
export type Captured =
  | { readonly kind: 'response'; readonly payload: Payload }
  | { readonly kind: 'stream'; readonly payload: Payload }
  | RunningStream;

export interface RunningStream {
  readonly kind: 'recording';
  readonly recording: Recording<unknown>;
  /** What came before the first chunk, where a door has such a thing: status and headers. */
  readonly head?: unknown;
}

/** A live response, taken in. */
export interface Capture<Response> {
  /** For the caller that leads: the live response, or as good. */
  readonly response: Response;
  /** For everybody else; nothing where the response can be given to one caller only. */
  readonly captured?: Captured | undefined;
  readonly facts: Facts;
  /** The provider answered that it cannot answer: 429 or 5xx. */
  readonly isOutage?: boolean | undefined;
}

/** Between responses as a door gives them and payloads as a store keeps them. */
export interface ResponseCodec<Response> {
  capture(response: Response): Capture<Response> | Promise<Capture<Response>>;
  /** @throws when the payload was not written by this codec, or cannot be had as it is wanted: a miss. */
  restore(captured: Captured, provenance: Provenance): Response;
  /** The payload of a stream that has ended. */
  pack(texts: readonly string[], head: unknown): string;
}

/** Where an answer comes from, for doors that say so on the answer itself. */
export interface Provenance {
  readonly outcome: Outcome;
  /** Milliseconds since it was stored. */
  readonly age: number;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait before each chunk of a stored stream. @default none */
  readonly delays?: readonly number[] | undefined;
  /** What to make of an entry that was stored for a call of another form. @default what it is */
  readonly crossTo?: EntryHeader['kind'] | undefined;
}

/** Why a request goes past the cache. */
export interface Bypass {
  readonly bypass: BypassReason;
  readonly provider: string;
  readonly field?: string | undefined;
}

/** One request on its way through the pipeline. */
export interface Call<Response> {
  readonly identity: CallIdentity;
  readonly policy: Policy;
  /** The caller's own. */
  readonly signal?: AbortSignal | undefined;
  readonly codec: ResponseCodec<Response>;
  /** One of many items that are asked for together: it waits for no other process. */
  readonly isPart?: boolean | undefined;
  /** Calls the provider. The signal is the flight's, not the caller's. */
  invoke(signal: AbortSignal): Promise<Response>;
  /** Calls the provider as if there were no cache, with the caller's own request. @default invoke */
  readonly pass?: (() => Promise<Response>) | undefined;
}

/** What a door hands over: a call, unless its request must go past the cache. */
export interface Asking<Response> extends Omit<Call<Response>, 'identity'> {
  readonly identity: CallIdentity | Bypass;
}
