import { exactFields, isFields } from '@cached-llm/core';

const FIELDS = ['content', 'refusal'];

/** Tokens are told chunk by chunk, of the text or of the refusal; null where there are none. */
function grown(before: unknown, tokens: unknown): unknown {
  if (!Array.isArray(tokens)) return before ?? tokens;
  return Array.isArray(before) ? [...before, ...tokens] : tokens;
}

/** Log probabilities after one more chunk. @throws where they have fields that are not known here. */
export function mergeLogprobs(before: unknown, piece: unknown): unknown {
  if (piece === undefined || piece === null) return before ?? piece;
  const merged: Record<string, unknown> = isFields(before) ? { ...before } : {};
  for (const [name, tokens] of Object.entries(exactFields(piece, FIELDS))) {
    merged[name] = grown(merged[name], tokens);
  }
  return merged;
}
