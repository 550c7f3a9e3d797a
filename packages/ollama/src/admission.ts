import {
  admission,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  isSilent,
  listOf,
  numberOf,
  type Rejection,
  rejectFinish,
  type Usage,
} from '@cached-llm/core/adapter';

/** Thinking alone is no answer. */
function isEmpty({ message, response, image }: Fields): boolean {
  const { content, tool_calls: calls } = isFields(message) ? message : { content: response };
  return isSilent(content) && isSilent(image) && listOf(calls).length === 0;
}

/** Has the response a vector for each text of the request? */
function rejectVectors(vectors: unknown, input: unknown): Rejection | undefined {
  const count = Array.isArray(input) ? input.length : 1;
  const given = listOf(vectors).filter((vector) => listOf(vector).length > 0);
  return given.length === count ? undefined : 'incomplete';
}

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  const { error, embeddings, embedding, done } = response;
  if (isGiven(error)) return 'error';
  if (embeddings !== undefined) return rejectVectors(embeddings, fieldsOf(request).input);
  if (embedding !== undefined) return rejectVectors([embedding], undefined);
  if (done !== true) return 'incomplete';
  return rejectFinish(response.done_reason) ?? (isEmpty(response) ? 'empty' : undefined);
}

/** Why a response is not stored; undefined where it may be. */
export const rejects = admission({ rejectAnswer });

export function usageOf(response: unknown): Usage | undefined {
  const { prompt_eval_count, eval_count } = fieldsOf(response);
  const usage = { inputTokens: numberOf(prompt_eval_count), outputTokens: numberOf(eval_count) };
  return Object.values(usage).some(isGiven) ? usage : undefined;
}
