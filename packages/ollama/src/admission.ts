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
import { rejectEmbeddings } from './embeddings.ts';

/** Thinking alone is no answer. */
function isEmpty({ message, response, image }: Fields): boolean {
  const { content, tool_calls: calls } = isFields(message) ? message : { content: response };
  return isSilent(content) && isSilent(image) && listOf(calls).length === 0;
}

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  const { error, done } = response;
  if (isGiven(error)) return 'error';
  if ('embeddings' in response || 'embedding' in response)
    return rejectEmbeddings(response, request);
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
