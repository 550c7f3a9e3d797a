import { type Fields, isFields, isGiven, type StreamRules } from '@cached-llm/core';
import { isError } from './admission.ts';
import { mergeCalls, mergeContent } from './delta.ts';

/** The SDK's events carry the provider's chunk in `data`. */
const chunkOf = (event: unknown) => (isFields(event) && isFields(event.data) ? event.data : event);

function ends(event: unknown): boolean {
  return event === '[DONE]' || isError(chunkOf(event));
}

function mergeMessage(message: Fields, delta: Fields): Fields {
  const { index: _, content, tool_calls, toolCalls, ...rest } = delta;
  return {
    ...message,
    ...rest,
    content: mergeContent(message.content, content),
    ...(isGiven(tool_calls) && { tool_calls: mergeCalls(message.tool_calls, tool_calls) }),
    ...(isGiven(toolCalls) && { toolCalls: mergeCalls(message.toolCalls, toolCalls) }),
  };
}

const endOf = ({ finish_reason, finishReason }: Fields) => finish_reason ?? finishReason;

function mergeChoices(choices: Map<unknown, Fields>, part: Fields): Map<unknown, Fields> {
  const { delta, index, logprobs, ...rest } = part;
  const { message } = choices.get(index) ?? {};
  const merged = mergeMessage(isFields(message) ? message : {}, isFields(delta) ? delta : {});
  const shown = isGiven(logprobs) ? { logprobs } : {};
  return choices.set(index, { index, ...rest, ...shown, message: merged });
}

/** Nothing where a choice has no end: a stream that was cut ends silently. */
function assemble(events: readonly unknown[]): Fields | undefined {
  const chunks = events.map(chunkOf).filter(isFields);
  if (chunks.some(isError)) return { error: true };
  const parts = chunks.flatMap(({ choices }) => (Array.isArray(choices) ? choices : []));
  const choices = [...parts.filter(isFields).reduce(mergeChoices, new Map()).values()];
  if (choices.length === 0 || !choices.every(endOf)) return undefined;
  const { object: _, usage: __, ...head } = chunks[0] ?? {};
  const usage = chunks.findLast((chunk) => isFields(chunk.usage))?.usage;
  return { ...head, object: 'chat.completion', choices, usage };
}

export const stream: StreamRules = { ends, assemble };
