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

const isEmpty = (value: unknown) =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0);

function firstOf(rejections: readonly (Rejection | undefined)[]): Rejection | undefined {
  return rejections.find((rejection) => rejection !== undefined);
}

/** Chat completions and completions: `choices`, each with its own end. */
function rejectChoice(choice: unknown): Rejection | undefined {
  if (!isFields(choice)) return 'incomplete';
  const finish = rejectFinish(choice.finish_reason);
  if (finish !== undefined) return finish;
  const message = isFields(choice.message) ? choice.message : { content: choice.text };
  if (!isEmpty(message.refusal)) return 'refusal';
  const parts = [message.content, message.tool_calls, message.function_call, message.audio];
  return parts.every(isEmpty) ? 'empty' : undefined;
}

const isCitation = (note: unknown) => isFields(note) && note.type === 'url_citation';

/** Search models look things up unasked, and say so: OpenAI's in notes, Perplexity beside its choices. */
function hasSearched({ citations, search_results: results, choices }: Fields): boolean {
  if (!isEmpty(citations) || !isEmpty(results)) return true;
  const messages = listOf(choices).map((choice) => (isFields(choice) ? choice.message : undefined));
  return messages.some((part) => isFields(part) && listOf(part.annotations).some(isCitation));
}

function hasRefusal(item: unknown): boolean {
  return (
    isFields(item) && listOf(item.content).some((part) => isFields(part) && part.type === 'refusal')
  );
}

/** The Responses API: a `status`, and `output` items. */
function rejectResponse({
  status,
  output,
  incomplete_details: details,
}: Fields): Rejection | undefined {
  if (status === 'incomplete') return rejectFinish(isFields(details) ? details.reason : status);
  if (status !== 'completed') return 'incomplete';
  if (isEmpty(output)) return 'empty';
  return listOf(output).some(hasRefusal) ? 'refusal' : undefined;
}

/** One text, or one list of token numbers, is one input. */
function inputsIn(request: unknown): number {
  const input = isFields(request) ? request.input : undefined;
  if (!Array.isArray(input)) return 1;
  return typeof input[0] === 'number' ? 1 : input.length;
}

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  if (!isEmpty(response.error)) return 'error';
  if (response.object === 'response' || 'output' in response) return rejectResponse(response);
  if (Array.isArray(response.choices)) {
    return isEmpty(response.choices) ? 'empty' : firstOf(response.choices.map(rejectChoice));
  }
  return listOf(response.data).length === inputsIn(request) ? undefined : 'incomplete';
}

/** Why this answer is not worth keeping; nothing where it is. */
export function rejects(response: unknown, request: unknown): Rejection | undefined {
  if (!isFields(response)) return 'incomplete';
  // Last of all: who admits hosted tools has not admitted halves.
  const isHosted = () => usesHostedTool(request) || hasSearched(response);
  return rejectAnswer(response, request) ?? (isHosted() ? 'hosted-tool' : undefined);
}

/** `usage` of either API; `cost` is OpenRouter's. */
export function usageOf(response: unknown): Usage | undefined {
  const usage = isFields(response) ? response.usage : undefined;
  if (!isFields(usage)) return undefined;
  const details = usage.prompt_tokens_details ?? usage.input_tokens_details;
  return {
    inputTokens: numberOf(usage.prompt_tokens ?? usage.input_tokens),
    outputTokens: numberOf(usage.completion_tokens ?? usage.output_tokens),
    cacheReadTokens: numberOf(fieldsOf(details).cached_tokens),
    cost: numberOf(usage.cost),
  };
}
