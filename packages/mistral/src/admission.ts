import {
  type Fields,
  isFields,
  listOf,
  numberOf,
  type Rejection,
  rejectFinish,
  type Usage,
} from '@cached-llm/core';
import { usesHostedTool } from './identity.ts';

/** In the body of an answer or in the middle of a stream. */
export function isError(value: unknown): boolean {
  if (!isFields(value)) return false;
  return value.object === 'error' || (value.error !== undefined && value.error !== null);
}

/** Thinking alone is no answer. */
const isSaid = (part: unknown) => isFields(part) && part.type !== 'thinking' && part.text !== '';

function isEmpty(message: unknown): boolean {
  if (!isFields(message)) return true;
  const { content, tool_calls: calls = message.toolCalls } = message;
  if (listOf(calls).length > 0) return false;
  return Array.isArray(content) ? !content.some(isSaid) : (content ?? '') === '';
}

function rejectChoice(choice: unknown): Rejection | undefined {
  if (!isFields(choice)) return 'incomplete';
  const finish = rejectFinish(choice.finish_reason ?? choice.finishReason);
  if (finish !== undefined) return finish;
  return isEmpty(choice.message ?? listOf(choice.messages).at(-1)) ? 'empty' : undefined;
}

function textsIn(request: unknown): number {
  const texts = isFields(request) ? (request.input ?? request.inputs) : undefined;
  return Array.isArray(texts) ? texts.length : 1;
}

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  if (isError(response)) return 'error';
  const { choices, data } = response;
  if (!Array.isArray(choices)) {
    return listOf(data).length === textsIn(request) ? undefined : 'incomplete';
  }
  if (choices.length === 0) return 'empty';
  return choices.map(rejectChoice).find((rejection) => rejection !== undefined);
}

/** Why this answer is not worth keeping; nothing where it is. */
export function rejects(response: unknown, request: unknown): Rejection | undefined {
  if (!isFields(response)) return 'incomplete';
  // Last of all: who admits hosted tools has not admitted halves.
  return rejectAnswer(response, request) ?? (usesHostedTool(request) ? 'hosted-tool' : undefined);
}

export function usageOf(response: unknown): Usage | undefined {
  const usage = isFields(response) ? response.usage : undefined;
  if (!isFields(usage)) return undefined;
  return {
    inputTokens: numberOf(usage.prompt_tokens ?? usage.promptTokens),
    outputTokens: numberOf(usage.completion_tokens ?? usage.completionTokens),
  };
}
