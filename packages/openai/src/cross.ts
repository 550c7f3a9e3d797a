import { type CrossRules, exactFields, type Fields, fieldsOf, listOf } from '@cached-llm/core';
import { assembleChat } from './assemble-chat.ts';

function deltaOf(message: Fields): Fields {
  const { tool_calls: calls } = message;
  if (!Array.isArray(calls)) return message;
  const pieces = calls.map((call, index) => ({ index, ...fieldsOf(call) }));
  return { ...message, tool_calls: pieces };
}

/** A choice in two chunks: all that it says, and why it ended. */
function partsOf(choice: unknown): readonly Fields[] {
  const { index, message, finish_reason, ...rest } = exactFields(choice, [
    'index',
    'message',
    'logprobs',
    'finish_reason',
  ]);
  const last = 'logprobs' in rest ? { logprobs: null } : {};
  return [
    { index, delta: deltaOf(fieldsOf(message)), ...rest, finish_reason: null },
    { index, delta: {}, ...last, finish_reason },
  ];
}

const isUsageAsked = ({ stream_options: options }: Fields) =>
  fieldsOf(options).include_usage === true;

function disassemble(response: Fields, request?: Fields): readonly Fields[] | undefined {
  const { object, choices, usage, ...envelope } = response;
  if (object !== 'chat.completion') return undefined;
  const isCounted = request === undefined || isUsageAsked(request);
  const chunk = (parts: readonly Fields[], counts: unknown): Fields => ({
    ...envelope,
    object: 'chat.completion.chunk',
    choices: parts,
    ...(isCounted && { usage: counts }),
  });
  const chunks = listOf(choices)
    .flatMap(partsOf)
    .map((part) => chunk([part], null));
  return isCounted ? [...chunks, chunk([], usage)] : chunks;
}

/**
 * Chat completions. A stream without its usage tells less than a whole answer does, and so does one with
 * fields that OpenAI's own API has not: they are made into nothing else.
 */
export const cross: CrossRules = {
  covers: ({ messages }) => Array.isArray(messages),
  ignore: ['stream_options'],
  assemble: assembleChat,
  disassemble,
  marker: '[DONE]',
};
