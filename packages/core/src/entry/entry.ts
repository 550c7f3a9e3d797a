import type { FieldDigests } from '../key/index.ts';
import type { Usage } from './usage.ts';

/** Which model answered. A request may name an alias, and the answer says which model is behind it. */
export interface Served {
  /** `gpt-4o-2024-08-06`, where the request named `gpt-4o`. */
  readonly model?: string | undefined;
  /** The provider's digest of what the model runs on (OpenAI's `system_fingerprint`). */
  readonly fingerprint?: string | undefined;
}

/**
 * What an entry says about its answer. All instants are in milliseconds since 1970 and absolute, so that a reader
 * needs none of the writer's options.
 */
export interface EntryHeader {
  /** Repeated from the key and compared on read: a row that was copied from another key is a miss. */
  readonly fingerprint: string;
  /** Whose answer it is. Repeated from the key, likewise. Empty for everybody. */
  readonly scope: string;
  readonly storedAt: number;
  /** Until then the entry is a hit. */
  readonly freshUntil: number;
  /** Until then a stale answer is served while it is revalidated (RFC 5861 §3). */
  readonly staleUntil: number;
  /** Until then a stale answer is served if the provider fails (RFC 5861 §4). */
  readonly fallbackUntil: number;
  /** A response as one value, or the chunks of a stream. */
  readonly kind: 'response' | 'stream';
  /** In which form the request asked for its answer. Undefined if the entry is served in that form only. */
  readonly form?: string | undefined;
  /** Milliseconds before each chunk of a stream, if it is replayed at its original pace. */
  readonly delays?: readonly number[] | undefined;
  readonly provider: string;
  readonly model?: string | undefined;
  /** The user's own tags. An entry is tagged with its provider and model besides. */
  readonly tags?: readonly string[] | undefined;
  /** The generations of its tags when it was stored, by generation name. A tag's first generation is left out. */
  readonly generations?: Readonly<Record<string, string>> | undefined;
  readonly usage?: Usage | undefined;
  readonly served?: Served | undefined;
  /** A short digest of each field of the request, by path. Only with the option `explain`. */
  readonly fields?: FieldDigests | undefined;
  /** When the call for the answer began. An answer to an older call never replaces it. */
  readonly calledAt?: number | undefined;
  /** How long the provider took, in milliseconds. */
  readonly took?: number | undefined;
  /** For how many milliseconds a renewal makes the entry fresh, where its answer decided that. @default not renewed yet */
  readonly ttl?: number | undefined;
}

/** What is stored under one key. */
export interface Entry {
  readonly header: EntryHeader;
  /** The encoded response. */
  readonly payload: string;
}

/**
 * The header with an age of 0, if it was stored in the future by a clock that was ahead of this one. It is fresh for no longer than
 * its own ttl from now on.
 */
export function storedByNow(header: EntryHeader, now: number): EntryHeader {
  const ahead = header.storedAt - now;
  if (ahead <= 0) return header;
  return {
    ...header,
    storedAt: now,
    freshUntil: header.freshUntil - ahead,
    staleUntil: header.staleUntil - ahead,
    fallbackUntil: header.fallbackUntil - ahead,
  };
}

/** Fresh is a hit, stale is served while it is revalidated, fallback is served where the provider fails. */
export type Freshness = 'fresh' | 'stale' | 'fallback' | 'expired';

type Instants = Pick<EntryHeader, 'freshUntil' | 'staleUntil' | 'fallbackUntil'>;

/**
 * The state of an entry at `now`, in milliseconds since 1970. The windows after `freshUntil` overlap: an entry is
 * stale as long as it may be, and a fallback only after that.
 */
export function freshness(instants: Instants, now: number): Freshness {
  if (now < instants.freshUntil) return 'fresh';
  if (now < instants.staleUntil) return 'stale';
  return now < instants.fallbackUntil ? 'fallback' : 'expired';
}
