import { type Fields, fieldsOf, isFields, isGiven, listOf } from '@cached-llm/core/adapter';
import { assembleChoices, mergeDelta } from '../adapter/index.ts';

const typeOf = ({ type }: Fields) => String(type);

/** The blocks of Anthropic, and those of Cohere's second version, by their indices. */
function blocksIn(events: readonly Fields[]): readonly Fields[] {
  const blocks = new Map<unknown, unknown>();
  for (const { index, content_block, delta } of events) {
    if (typeof index !== 'number') continue;
    blocks.set(index, mergeDelta(mergeDelta(blocks.get(index), content_block), delta));
  }
  return [...blocks.values()].map(fieldsOf);
}

/** The arguments of a call come as pieces of a text. */
const withInput = ({ partial_json: text, ...block }: Fields): Fields =>
  isGiven(text) ? { ...block, input: text } : block;

/** A message of Anthropic, or of Cohere, whose last event says why it ended. */
function assembleMessage(events: readonly Fields[]): Fields {
  const blocks = blocksIn(events);
  const ends = events.map(({ delta }) => fieldsOf(delta));
  const { stop_reason, finish_reason } =
    ends.findLast((end) => isGiven(end.stop_reason ?? end.finish_reason)) ?? {};
  if (!events.some((event) => typeOf(event) === 'message-end')) {
    return { content: blocks.map(withInput), stop_reason };
  }
  const messages = blocks.map(({ message }) => fieldsOf(message));
  const content = messages.map((message) => message.content).filter(isGiven);
  const calls = messages.map((message) => message.tool_calls).filter(isGiven);
  return { message: { content, tool_calls: calls }, finish_reason };
}

/** Lines of Ollama: the last one, and the texts of all of them. */
function assembleLines(lines: readonly Fields[], last: Fields): Fields {
  const pieces = lines.map(({ message, response }) => ({ message, response }));
  return { ...last, ...fieldsOf(pieces.reduce<unknown>(mergeDelta, {})) };
}

/** The whole answer of a stream in a known form. Undefined where the form is not known, or a choice has no end. */
export function assembleKnown(chunks: readonly unknown[]): Fields | undefined {
  const events = chunks.filter(isFields);
  const completed = events.findLast((event) => typeOf(event) === 'response.completed');
  if (completed !== undefined) return fieldsOf(completed.response);
  if (events.some(({ choices }) => listOf(choices).length > 0)) {
    const choices = assembleChoices(events);
    return choices && { choices };
  }
  if (events.some((event) => /^message[_-]start$/.test(typeOf(event)))) {
    return assembleMessage(events);
  }
  const last = events.findLast(({ done }) => done === true);
  return last && assembleLines(events, last);
}
