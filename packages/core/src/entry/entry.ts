import type { FieldDigests } from '../key/index.ts';

/** What the provider counted for one answer. */
export interface Usage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** Of the input, what the provider had in its own prompt cache, and what it put there: at other prices. */
  readonly cacheReadTokens?: number | undefined;
  readonly cacheWriteTokens?: number | undefined;
  /** Money, in US dollars, where the provider itself says so (OpenRouter's `usage.cost`). */
  readonly cost?: number | undefined;
}

/** Who really answered: the model behind the name that was asked, as the answer says. */
export interface Served {
  /** `gpt-4o-2024-08-06`, where `gpt-4o` was asked. */
  readonly model?: string | undefined;
  /** The provider's own digest of what the model runs on (OpenAI's `system_fingerprint`). */
  readonly fingerprint?: string | undefined;
}

/** The envelope round a payload. Instants are absolute, so a reader needs none of the writer's options. */
export interface EntryHeader {
  /** Repeated from the key and compared on read: a row that moved, or came as the answer to another question, is a miss. */
  readonly fingerprint: string;
  readonly scope: string;
  readonly storedAt: number;
  readonly freshUntil: number;
  /** Until then a stale answer is served while it is revalidated (RFC 5861 §3). */
  readonly staleUntil: number;
  /** Until then it stands in for a provider that fails (RFC 5861 §4). */
  readonly fallbackUntil: number;
  readonly kind: 'response' | 'stream';
  /** How the answer was wanted when it was stored; nothing where it is served in that way only. */
  readonly form?: string | undefined;
  /** Milliseconds that each chunk was waited for, where a later reader is to wait as long. */
  readonly delays?: readonly number[] | undefined;
  readonly provider: string;
  readonly model?: string | undefined;
  /** The user's own tags; provider and model are tags by themselves. */
  readonly tags?: readonly string[] | undefined;
  /** Of its tags, those that had been invalidated before, with the generation the entry belongs to. */
  readonly generations?: Readonly<Record<string, string>> | undefined;
  readonly usage?: Usage | undefined;
  readonly served?: Served | undefined;
  /** A short digest of each field of the request, by path; see `explain`. */
  readonly fields?: FieldDigests | undefined;
  /** How long the provider took, in milliseconds. */
  readonly took?: number | undefined;
}

export interface Entry {
  readonly header: EntryHeader;
  /** The encoded response. */
  readonly payload: string;
}

export type Freshness = 'fresh' | 'stale' | 'fallback' | 'expired';

type Instants = Pick<EntryHeader, 'freshUntil' | 'staleUntil' | 'fallbackUntil'>;

/** The windows overlap: what may be served stale is served stale, and only past that as a fallback. */
export function freshness(instants: Instants, now: number): Freshness {
  if (now < instants.freshUntil) return 'fresh';
  if (now < instants.staleUntil) return 'stale';
  return now < instants.fallbackUntil ? 'fallback' : 'expired';
}
