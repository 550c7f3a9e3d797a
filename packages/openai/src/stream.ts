import {
  type Fields,
  hasOpening,
  isFields,
  isGiven,
  type StreamRules,
} from '@cached-llm/core/adapter';
import { assembleChoices } from '@cached-llm/http';

/** Ends of the Responses API, the good one and the others: each carries the whole response. */
const RESPONSE_ENDS = /^response\.(completed|incomplete|failed)$/;

const typeOf = (chunk: Fields) => String(chunk.type ?? '');

function ends(chunk: unknown): boolean {
  return chunk === '[DONE]' || (isFields(chunk) && RESPONSE_ENDS.test(typeOf(chunk)));
}

/** Chat completions and completions: deltas, choice by choice. Undefined where a choice has no end. */
function assembleChunks(chunks: readonly Fields[]): Fields | undefined {
  const choices = assembleChoices(chunks);
  const last = (field: string) => chunks.findLast((chunk) => isGiven(chunk[field]))?.[field];
  const sources = { citations: last('citations'), search_results: last('search_results') };
  return choices && { ...sources, choices, usage: last('usage') };
}

function assemble(chunks: readonly unknown[]): Fields | undefined {
  const parts = chunks.filter(isFields);
  if (parts.some((part) => isGiven(part.error) || typeOf(part) === 'error')) return { error: true };
  const last = parts.findLast((part) => RESPONSE_ENDS.test(typeOf(part)));
  // Without its opening, the SDK's own reader of a stream throws.
  if (last !== undefined && !hasOpening(parts)) return undefined;
  if (last !== undefined) return isFields(last.response) ? last.response : undefined;
  return assembleChunks(parts);
}

export const stream: StreamRules = { ends, marksParts: true, assemble };
