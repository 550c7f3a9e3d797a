import { crossMode, exactFields, type Fields, isFields, listOf } from '@cached-llm/core/adapter';
import { stream } from './stream.ts';

/** The known fields of each event, block and delta. One with another field may mean more than is known here. */
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  message_start: ['type', 'message'],
  content_block_start: ['type', 'index', 'content_block'],
  content_block_delta: ['type', 'index', 'delta'],
  content_block_stop: ['type', 'index'],
  message_delta: ['type', 'delta', 'usage'],
  message_stop: ['type'],
  ping: ['type'],
};
const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  text: ['type', 'text', 'citations'],
  thinking: ['type', 'thinking', 'signature'],
  redacted_thinking: ['type', 'data'],
  tool_use: ['type', 'id', 'name', 'input', 'caller'],
};
const DELTAS: Readonly<Record<string, readonly string[]>> = {
  text_delta: ['type', 'text'],
  thinking_delta: ['type', 'thinking'],
  signature_delta: ['type', 'signature'],
  citations_delta: ['type', 'citation'],
  input_json_delta: ['type', 'partial_json'],
};
const ENDING = ['stop_reason', 'stop_sequence', 'stop_details', 'container'];

function known(value: unknown, kinds: Readonly<Record<string, readonly string[]>>): Fields {
  return exactFields(value, isFields(value) ? (kinds[String(value.type)] ?? []) : []);
}

function check(chunk: unknown): void {
  const { type, content_block: block, delta } = known(chunk, EVENTS);
  if (type === 'content_block_start') known(block, BLOCKS);
  if (type === 'content_block_delta') known(delta, DELTAS);
  if (type === 'message_delta') exactFields(delta, ENDING);
}

function assemble(chunks: readonly unknown[]): Fields | undefined {
  chunks.forEach(check);
  const starts = chunks.filter((chunk) => isFields(chunk) && chunk.type === 'message_start');
  return starts.length === 1 ? stream.assemble(chunks) : undefined;
}

/** A block as it starts, and the deltas that complete it. */
function opened(block: Fields): readonly [Fields, readonly Fields[]] {
  const { type, text, thinking, signature, citations } = block;
  if (type === 'thinking') {
    const thought = { type: 'thinking_delta', thinking };
    const signed = { type: 'signature_delta', signature };
    return [{ ...block, thinking: '', signature: '' }, [thought, signed]];
  }
  if (type === 'tool_use') {
    const delta = { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    return [{ ...block, input: {} }, [delta]];
  }
  if (type !== 'text') return [block, []];
  const cited = listOf(citations).map((citation) => ({ type: 'citations_delta', citation }));
  const start = Array.isArray(citations) ? { ...block, citations: [] } : block;
  return [{ ...start, text: '' }, [...cited, { type: 'text_delta', text }]];
}

function eventsOf(given: unknown, index: number): readonly Fields[] {
  const [block, deltas] = opened(known(given, BLOCKS));
  return [
    { type: 'content_block_start', index, content_block: block },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

function disassemble(response: Fields): readonly Fields[] | undefined {
  const { type, content, usage } = response;
  if (type !== 'message' || !isFields(usage)) return undefined;
  const ending = Object.entries(response).filter(([name]) => ENDING.includes(name));
  const open = Object.fromEntries(ending.map(([name]) => [name, null]));
  const { output_tokens } = usage;
  return [
    { type: 'message_start', message: { ...response, content: [], ...open } },
    ...listOf(content).flatMap(eventsOf),
    { type: 'message_delta', delta: Object.fromEntries(ending), usage: { output_tokens } },
    { type: 'message_stop' },
  ];
}

/** Messages of texts, thoughts and calls of own tools. A message with the blocks of a hosted tool is not crossed. */
export const cross = crossMode({
  covers: ({ messages }) => Array.isArray(messages),
  ignore: [],
  assemble,
  disassemble,
  eventOf: ({ type }) => String(type),
});
