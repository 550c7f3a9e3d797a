import {
  admission,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  isSilent,
  listOf,
  numberOf,
  offersTool,
  type Rejection,
  rejectChoices,
  type Usage,
} from '@cached-llm/core/adapter';
import { rejectListedEmbeddings } from '@cached-llm/http';

/** Is this an error, as a whole response or as a chunk of a stream? */
export function isError(value: unknown): boolean {
  return isFields(value) && (value.object === 'error' || isGiven(value.error));
}

function rejectContent(choice: Fields): Rejection | undefined {
  const message = choice.message ?? listOf(choice.messages).at(-1);
  const { content, tool_calls, toolCalls } = fieldsOf(message);
  return isSilent(content) && listOf(tool_calls ?? toolCalls).length === 0 ? 'empty' : undefined;
}

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  if (isError(response)) return 'error';
  if (Array.isArray(response.choices)) return rejectChoices(response.choices, rejectContent);
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
