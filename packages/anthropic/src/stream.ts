import {
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  type StreamRules,
} from '@cached-llm/core/adapter';

const isOfType = (chunk: unknown, type: string) => isFields(chunk) && chunk.type === type;

/** Nothing comes after an error, either. */
const ends = (chunk: unknown) => isOfType(chunk, 'message_stop') || isOfType(chunk, 'error');

/** Fields without those that are null: later counts replace earlier ones, but absent counts do not. */
function given(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** A block after one more delta: texts grow, other fields are set. The input of a tool is a text until its end. */
function grown(block: Fields, { type, ...delta }: Fields): Fields {
  if (type === 'text_delta') return { ...block, text: `${block.text}${delta.text}` };
  if (type === 'thinking_delta')
    return { ...block, thinking: `${block.thinking}${delta.thinking}` };
  if (type === 'citations_delta') {
    return { ...block, citations: [...listOf(block.citations), delta.citation] };
  }
  if (type !== 'input_json_delta') return { ...block, ...delta };
  const before = typeof block.input === 'string' ? block.input : '';
  return { ...block, input: `${before}${delta.partial_json}` };
}

/** Input that does not parse stays a text, by which the answer is refused. */
function closed(block: Fields): Fields {
  const { input } = block;
  if (typeof input !== 'string') return block;
  try {
    return { ...block, input: JSON.parse(input || '{}') };
  } catch {
    return block;
  }
}

/** A message may start with blocks that the provider's own code made. */
function contentOf(start: Fields, chunks: readonly Fields[]): readonly Fields[] {
  const blocks = listOf(start.content).map(fieldsOf);
  for (const { type, index, content_block: block, delta } of chunks) {
    const place = Number(index);
    if (type === 'content_block_start') blocks[place] = fieldsOf(block);
    if (type === 'content_block_delta')
      blocks[place] = grown(fieldsOf(blocks[place]), fieldsOf(delta));
  }
  return blocks.map(closed);
}

/** A message after one of its last events, which say why it ended and what it used. */
function ended(message: Fields, { type: _type, delta, usage, ...rest }: Fields): Fields {
  const counts = { ...fieldsOf(message.usage), ...given(fieldsOf(usage)) };
  return { ...message, ...fieldsOf(delta), ...given(rest), usage: counts };
}

function assemble(chunks: readonly unknown[]): Fields | undefined {
  const parts = chunks.filter(isFields);
  const failed = parts.find((part) => isOfType(part, 'error'));
  if (failed !== undefined) return failed;
  const start = parts.find((part) => isOfType(part, 'message_start'));
  if (start === undefined || !parts.some(ends)) return undefined;
  const opening = fieldsOf(start.message);
  const message = { ...opening, content: contentOf(opening, parts) };
  return parts.filter((part) => isOfType(part, 'message_delta')).reduce<Fields>(ended, message);
}

export const stream: StreamRules = { ends, marksParts: true, assemble };
