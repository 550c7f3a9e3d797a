import type { LlmCache } from '@cached-llm/core';
import type { StoredEntry } from '@cached-llm/core/store';
import { HttpProblem } from '../server/index.ts';

/** An answer that is longer than this is cut in the page, which would be slow. */
const LONGEST_PAYLOAD = 2_097_152;

type Header = StoredEntry['header'];

/** What the page shows of one entry. */
export interface EntryDetails
  extends Omit<Header, 'scope' | 'fields' | 'generations' | 'fingerprint' | 'delays'> {
  readonly key: string;
  readonly bytes: number;
  readonly state: StoredEntry['state'];
  readonly isScoped: boolean;
  /** The names of the fields of the request, where it was stored with `explain`. */
  readonly fields: readonly string[] | undefined;
  /** The length of the answer. */
  readonly characters: number;
  /** Only where they are revealed. */
  readonly scope?: string;
  readonly payload?: string;
  readonly delays?: Header['delays'];
}

/** One entry. Its scope and its answer are in it only where the query asks to reveal them. */
export async function readEntry(
  { inspection }: LlmCache,
  query: URLSearchParams,
): Promise<EntryDetails> {
  const key = query.get('key') ?? '';
  const entry = await inspection.entry(key);
  if (entry === undefined) throw new HttpProblem(404, 'There is no such entry any more.');
  const { header, payload, bytes, state } = entry;
  const { scope, fields, generations: _, fingerprint: __, delays, ...facts } = header;
  const isRevealed = query.get('reveal') === 'true';
  const revealed = { scope, payload: payload.slice(0, LONGEST_PAYLOAD), delays };
  return {
    ...facts,
    key,
    bytes,
    state,
    isScoped: scope !== '',
    fields: fields === undefined ? undefined : Object.keys(fields),
    characters: payload.length,
    ...(isRevealed && revealed),
  };
}
