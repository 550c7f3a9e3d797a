import { type Fields, isFields, listOf } from '@cached-llm/core';
import { mergeDelta } from './merge-delta.ts';

/** What of a choice comes piece by piece, and how it ends; no answer is judged by what is said beside that. */
const pieceOf = ({ index = 0, delta, text, finish_reason, finishReason }: Fields): Fields => ({
  index,
  message: delta,
  text,
  finish_reason,
  finishReason,
});

const hasEnded = ({ finish_reason, finishReason = finish_reason }: Fields) =>
  typeof finishReason === 'string';

/** The choices of a chat completion, from the chunks of OpenAI's wire and its kin; nothing where one has no end. */
export function assembleChoices(chunks: readonly Fields[]): readonly Fields[] | undefined {
  const parts = chunks.flatMap((chunk) => listOf(chunk.choices)).filter(isFields);
  const choices = listOf(mergeDelta([], parts.map(pieceOf))).filter(isFields);
  return choices.length > 0 && choices.every(hasEnded) ? choices : undefined;
}
