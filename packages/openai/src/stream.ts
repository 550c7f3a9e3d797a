import { type Fields, isFields, isGiven, type StreamRules } from '@cached-llm/core';
import { mergeDelta } from './delta.ts';

/** Ends of the Responses API, the good one and the others: each carries the whole response. */
const RESPONSE_ENDS = /^response\.(completed|incomplete|failed)$/;

const typeOf = (chunk: Fields) => String(chunk.type ?? '');

function ends(chunk: unknown): boolean {
  return chunk === '[DONE]' || (isFields(chunk) && RESPONSE_ENDS.test(typeOf(chunk)));
}

type Choice = Record<string, unknown>;

function mergeChoice(choices: Map<unknown, Choice>, part: Fields): void {
  const { delta, index, ...rest } = part;
  const choice = choices.get(index) ?? { index };
  const { message = {} } = choice;
  const text = typeof rest.text === 'string' ? { text: `${choice.text ?? ''}${rest.text}` } : {};
  const finish = rest.finish_reason ?? choice.finish_reason;
  const merged = delta === undefined ? {} : { message: mergeDelta(message, delta) };
  choices.set(index, { ...choice, ...text, ...merged, finish_reason: finish });
}

/** Chat completions and completions: deltas, choice by choice. Nothing where a choice has no end. */
function assembleChoices(chunks: readonly Fields[]): Fields | undefined {
  const choices = new Map<unknown, Choice>();
  const parts = chunks.flatMap(({ choices: list }) => (Array.isArray(list) ? list : []));
  for (const part of parts) if (isFields(part)) mergeChoice(choices, part);
  const all = [...choices.values()];
  const isWhole = all.length > 0 && all.every((choice) => typeof choice.finish_reason === 'string');
  const last = (field: string) => chunks.findLast((chunk) => isGiven(chunk[field]))?.[field];
  const sources = { citations: last('citations'), search_results: last('search_results') };
  return isWhole ? { ...sources, choices: all, usage: last('usage') } : undefined;
}

function assemble(chunks: readonly unknown[]): Fields | undefined {
  const parts = chunks.filter(isFields);
  const failed = parts.find((part) => isGiven(part.error) || typeOf(part) === 'error');
  if (failed !== undefined) return { error: true };
  const last = parts.findLast((part) => RESPONSE_ENDS.test(typeOf(part)));
  if (last !== undefined) return isFields(last.response) ? last.response : undefined;
  return assembleChoices(parts);
}

export const stream: StreamRules = { ends, assemble };
