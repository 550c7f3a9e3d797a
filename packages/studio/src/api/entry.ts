import type { LlmCache } from '@cached-llm/core';
import { HttpProblem } from '../server/index.ts';

/** An answer that is longer than this is cut in the page, which would be slow. */
const LONGEST_PAYLOAD = 2_097_152;

/** One entry. Its scope and its answer are in it only where the query asks to reveal them. */
export async function readEntry({ inspection }: LlmCache, query: URLSearchParams) {
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
