import { exactFields, type Fields, isFields } from '@cached-llm/core';
import { ChatChoice, listOf, refuse } from './chat-choice.ts';

/** Said anew by every chunk, and the same in each. */
const ENVELOPE = ['id', 'created', 'model', 'system_fingerprint', 'service_tier'];
const CHUNK = [...ENVELOPE, 'object', 'choices', 'usage', 'obfuscation'];

const CHOICE = ['index', 'delta', 'logprobs', 'finish_reason'];

function choicesIn(chunks: readonly Fields[]): readonly Fields[] {
  const choices = new Map<unknown, ChatChoice>();
  for (const given of chunks.flatMap((chunk) => listOf(chunk.choices))) {
    const part = exactFields(given, CHOICE);
    if (typeof part.index !== 'number') refuse('A choice without a place');
    const choice = choices.get(part.index) ?? new ChatChoice();
    choices.set(part.index, choice);
    choice.add(part);
  }
  return [...choices.values()]
    .map(({ whole }) => whole)
    .sort((one, other) => Number(one.index) - Number(other.index));
}

/** What every chunk says in the same words. */
function envelopeOf(chunks: readonly Fields[]): Fields {
  const names = ENVELOPE.filter((name) => chunks.some((chunk) => name in chunk));
  return Object.fromEntries(
    names.map((name) => {
      const said = new Set(chunks.filter((chunk) => name in chunk).map((chunk) => chunk[name]));
      return said.size === 1 ? [name, [...said][0]] : refuse(`A ${name} that changes`);
    }),
  );
}

/** A chat completion from its chunks, as OpenAI gives it without streaming. @throws where they do not tell all of it. */
export function assembleChat(given: readonly unknown[]): Fields {
  const chunks = given
    .filter((chunk) => chunk !== '[DONE]')
    .map((chunk) => exactFields(chunk, CHUNK));
  const usage = chunks.findLast((chunk) => isFields(chunk.usage))?.usage;
  const isChat = chunks.every(({ object }) => object === 'chat.completion.chunk');
  if (usage === undefined || !isChat) return refuse('A stream without its usage');
  const choices = choicesIn(chunks);
  if (choices.length === 0) return refuse('A stream without a choice');
  return { ...envelopeOf(chunks), object: 'chat.completion', choices, usage };
}
