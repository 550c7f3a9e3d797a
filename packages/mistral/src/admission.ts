import {
  admission,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  numberOf,
  offersTool,
  type Rejection,
  rejectMessages,
  type Usage,
} from '@cached-llm/core/adapter';
import { rejectListedEmbeddings } from '@cached-llm/http';
import { isReadable } from './readable.ts';

/** Is this an error, as a whole response or as a chunk of a stream? */
export function isError(value: unknown): boolean {
  return isFields(value) && (value.object === 'error' || isGiven(value.error));
}

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  if (isError(response)) return 'error';
  if (!isReadable(response)) return 'malformed';
  if (Array.isArray(response.choices)) return rejectMessages(response, request);
  return rejectListedEmbeddings(response, request);
}

/** Why a response is not stored; undefined where it may be. Every tool but a function runs at the provider. */
export const rejects = admission({
  rejectAnswer,
  isHosted: (request) => offersTool(request, ({ type }) => isGiven(type) && type !== 'function'),
});

export function usageOf(response: unknown): Usage | undefined {
  const { usage } = fieldsOf(response);
  if (!isFields(usage)) return undefined;
  return {
    inputTokens: numberOf(usage.prompt_tokens ?? usage.promptTokens),
    outputTokens: numberOf(usage.completion_tokens ?? usage.completionTokens),
  };
}
