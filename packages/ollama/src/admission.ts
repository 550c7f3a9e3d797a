import {
  admission,
  type Fields,
  fieldsOf,
  isGiven,
  numberOf,
  type Rejection,
  rejectMessages,
  type Usage,
} from '@cached-llm/core/adapter';
import { rejectEmbeddings } from './embeddings.ts';

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  const { error, done } = response;
  if (isGiven(error)) return 'error';
  if ('embeddings' in response || 'embedding' in response)
    return rejectEmbeddings(response, request);
  if (done !== true) return 'incomplete';
  return rejectMessages(response, request);
}

/** Why a response is not stored; undefined where it may be. */
export const rejects = admission({ rejectAnswer });

/** The models run on the user's own machine, and no answer is charged. */
export function usageOf(response: unknown): Usage | undefined {
  const { prompt_eval_count, eval_count } = fieldsOf(response);
  const usage = { inputTokens: numberOf(prompt_eval_count), outputTokens: numberOf(eval_count) };
  return Object.values(usage).some(isGiven) ? { ...usage, cost: 0 } : undefined;
}
