import type { Verdict } from '../adapter/index.ts';
import type { EntryHeader, Payload } from '../entry/index.ts';
import type { Outcome } from '../events/index.ts';
import type { CallIdentity } from '../key/index.ts';
import { WHOLE_FORM } from '../key/index.ts';
import type { Policy } from '../options/index.ts';
import type { Recording } from '../stream/index.ts';

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
  readonly facts: Verdict;
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

/** The call that an entry is restored for. */
interface RestoringCall {
  readonly identity: CallIdentity;
  readonly policy: Policy;
  readonly signal?: AbortSignal | undefined;
}

/** How an entry is to be restored for this call. */
export function entryProvenance(
  { identity, policy, signal }: RestoringCall,
  { form, delays }: EntryHeader,
): Omit<Provenance, 'outcome' | 'age'> {
  if (identity.form !== form)
    return { signal, crossTo: identity.form === WHOLE_FORM ? 'response' : 'stream' };
  return { signal, delays: policy.replay === 'recorded' ? delays : undefined };
}
