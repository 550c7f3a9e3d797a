import {
  type Fields,
  isFields,
  listOf,
  numberOf,
  type Rejection,
  rejectFinish,
  type Usage,
} from '@cached-llm/core';

const isBlank = (value: unknown) => (value ?? '') === '';

/** Thinking alone is no answer. */
function isEmpty({ message, response, image }: Fields): boolean {
  const { content, tool_calls: calls } = isFields(message) ? message : { content: response };
  return isBlank(content) && isBlank(image) && listOf(calls).length === 0;
}

function rejectVectors(vectors: unknown, request: unknown): Rejection | undefined {
  const input = isFields(request) ? request.input : undefined;
  const asked = Array.isArray(input) ? input.length : 1;
  const given = listOf(vectors).filter((vector) => listOf(vector).length > 0);
  return given.length === asked ? undefined : 'incomplete';
}

/** Why this answer is not worth keeping; nothing where it is. */
export function rejects(response: unknown, request: unknown): Rejection | undefined {
  if (!isFields(response)) return 'incomplete';
  const { error, embeddings, embedding, done } = response;
  if (error !== undefined && error !== null) return 'error';
  if (embeddings !== undefined) return rejectVectors(embeddings, request);
  if (embedding !== undefined) return rejectVectors([embedding], undefined);
  if (done !== true) return 'incomplete';
  return rejectFinish(response.done_reason) ?? (isEmpty(response) ? 'empty' : undefined);
}

export function usageOf(response: unknown): Usage | undefined {
  if (!isFields(response)) return undefined;
  const inputTokens = numberOf(response.prompt_eval_count);
  const outputTokens = numberOf(response.eval_count);
  const isCounted = inputTokens !== undefined || outputTokens !== undefined;
  return isCounted ? { inputTokens, outputTokens } : undefined;
}
