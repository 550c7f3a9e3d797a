import { type Fields, fieldsOf, isFields, isGiven, listOf } from '@cached-llm/core';
import { usageOf } from './admission.ts';

/** Without one of them a stream tells less than a plain answer, and with two it tells of two. */
const ONCE = ['stream-start', 'response-metadata', 'finish'];

const BLOCK = /^(text|reasoning|tool-input)-(start|delta|end)$/;

function blocksIn(parts: readonly Fields[]): readonly (readonly Fields[])[] {
  const blocks = new Map<string, Fields[]>();
  for (const part of parts) {
    const [, kind] = BLOCK.exec(String(part.type)) ?? [];
    if (kind === undefined) continue;
    const name = `${kind} ${String(part.id)}`;
    const block = blocks.get(name) ?? [];
    block.push(part);
    blocks.set(name, block);
  }
  return [...blocks.values()];
}

function isClosed(block: readonly Fields[]): boolean {
  const steps = block.map(({ type }) => String(type).replace(BLOCK, '$2'));
  return /^start( delta)* end$/.test(steps.join(' '));
}

function namesIn({ providerMetadata }: Fields): readonly string[] {
  return Object.entries(fieldsOf(providerMetadata)).flatMap(([provider, said]) =>
    Object.entries(fieldsOf(said)).flatMap(([name, value]) =>
      isGiven(value) ? `${provider} ${name}` : [],
    ),
  );
}

/** What a start says and the end does not may have changed since: the encrypted thoughts of OpenAI have. */
function isConfirmed(block: readonly Fields[]): boolean {
  const { providerMetadata } = block.at(-1) ?? {};
  const said = new Set(namesIn({ providerMetadata }));
  return !isFields(providerMetadata) || block.flatMap(namesIn).every((name) => said.has(name));
}

/** A call that was begun and did not become one is known to the stream alone. */
function isCalled(parts: readonly Fields[], { type, id }: Fields): boolean {
  return type !== 'tool-input-start' || parts.some(({ toolCallId }) => toolCallId === id);
}

const saysIn = ({ providerMetadata }: Fields, name: string) =>
  Object.values(fieldsOf(providerMetadata)).map((said) => fieldsOf(said)[name]);

/** Thoughts of which nothing is said come first in a stream, and after the text in a plain answer. */
function isPlaced(part: Fields): boolean {
  return part.type !== 'reasoning' || isFields(part.providerMetadata);
}

/** Of several texts, a plain answer says beside them which one is the object that was asked for. */
function isChosen(content: readonly Fields[]): boolean {
  const texts = content.filter(({ type }) => type === 'text');
  return texts.length < 2 || !texts.some((text) => saysIn(text, 'phase').includes('final_answer'));
}

/** Does a stream of these parts tell all that the plain answer does, and in the same way? */
export function tellsAll(parts: readonly Fields[], result: Fields): boolean {
  const content = listOf(result.content).map(fieldsOf);
  const { inputTokens, outputTokens } = usageOf(result) ?? {};
  return (
    ONCE.every((name) => parts.filter(({ type }) => type === name).length === 1) &&
    blocksIn(parts).every((block) => isClosed(block) && isConfirmed(block)) &&
    parts.every((part) => isCalled(parts, part)) &&
    content.every(isPlaced) &&
    isChosen(content) &&
    isGiven(inputTokens) &&
    isGiven(outputTokens) &&
    !saysIn(result, 'logprobs').some(isGiven) // each form has them in lists of its own
  );
}
