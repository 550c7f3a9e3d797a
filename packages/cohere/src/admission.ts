import {
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  numberOf,
  type Rejection,
  rejectFinish,
  type Usage,
} from '@cached-llm/core';
import { usesHostedTool } from './identity.ts';

/** Thinking alone is no answer. */
const isSaid = (part: unknown) => isFields(part) && part.type !== 'thinking' && part.text !== '';

/** The second version answers with a `message`, the first with a `text`. */
function isEmpty(answer: Fields): boolean {
  const { content, tool_calls, toolCalls } = fieldsOf(answer.message ?? answer);
  if (listOf(tool_calls ?? toolCalls).length > 0 || listOf(content).some(isSaid)) return false;
  return (answer.text ?? '') === '';
}

function rejectAnswer(answer: unknown): Rejection | undefined {
  if (!isFields(answer)) return 'incomplete';
  const finish = rejectFinish(answer.finish_reason ?? answer.finishReason);
  return finish ?? (isEmpty(answer) ? 'empty' : undefined);
}

/** One list of vectors, or one for each type that was asked for. */
function rejectVectors(embeddings: unknown, request: unknown): Rejection | undefined {
  const { texts, images, inputs } = fieldsOf(request);
  const asked = [texts, images, inputs].reduce<number>((sum, list) => sum + listOf(list).length, 0);
  const lists = Array.isArray(embeddings) ? [embeddings] : Object.values(fieldsOf(embeddings));
  const vectors = lists.filter((list) => list !== undefined && list !== null);
  const isWhole = vectors.length > 0 && vectors.every((list) => listOf(list).length === asked);
  return isWhole ? undefined : 'incomplete';
}

function rejectAny(response: Fields, request: unknown): Rejection | undefined {
  const { error, embeddings, results, generations } = response;
  if (error !== undefined && error !== null) return 'error';
  if (embeddings !== undefined) return rejectVectors(embeddings, request);
  if (Array.isArray(results)) return results.length === 0 ? 'empty' : undefined;
  if (!Array.isArray(generations)) return rejectAnswer(response);
  if (generations.length === 0) return 'empty';
  return generations.map(rejectAnswer).find((rejection) => rejection !== undefined);
}

/** Why this answer is not worth keeping; nothing where it is. */
export function rejects(response: unknown, request: unknown): Rejection | undefined {
  if (!isFields(response)) return 'incomplete';
  // Last of all: who admits hosted tools has not admitted halves.
  return rejectAny(response, request) ?? (usesHostedTool(request) ? 'hosted-tool' : undefined);
}

/** What is billed: fewer tokens than the model has seen. */
export function usageOf(response: unknown): Usage | undefined {
  const { usage, meta } = fieldsOf(response);
  const { billed_units, billedUnits } = fieldsOf(usage ?? meta);
  const billed = billed_units ?? billedUnits;
  if (!isFields(billed)) return undefined;
  return {
    inputTokens: numberOf(billed.input_tokens ?? billed.inputTokens),
    outputTokens: numberOf(billed.output_tokens ?? billed.outputTokens),
  };
}
