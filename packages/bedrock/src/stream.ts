import {
  type Fields,
  fieldsOf,
  isFields,
  isSpliced,
  type StreamRules,
} from '@cached-llm/core/adapter';
import { jsonIn } from './identity.ts';

type Block = Record<string, unknown>;

const METRICS = 'amazon-bedrock-invocationMetrics';

/** One piece of InvokeModel's stream: JSON, in the form of the model's family. */
function pieceIn(chunk: unknown): Fields {
  return fieldsOf(jsonIn(fieldsOf(fieldsOf(chunk).chunk).bytes));
}

/** Bedrock adds its metrics to the last piece of every family. */
function isLastPiece(piece: Fields): boolean {
  return METRICS in piece || piece.type === 'message_stop';
}

function ends(chunk: unknown): boolean {
  return 'metadata' in fieldsOf(chunk) || isLastPiece(pieceIn(chunk));
}

function addThought(block: Block, delta: Fields): void {
  const { reasoningContent } = block;
  if (delta.redactedContent !== undefined) {
    block.reasoningContent = delta;
    return;
  }
  const before = fieldsOf(fieldsOf(reasoningContent).reasoningText);
  const reasoningText = { ...before, ...delta };
  if (delta.text !== undefined) reasoningText.text = `${before.text ?? ''}${delta.text}`;
  block.reasoningContent = { reasoningText };
}

function addDelta(block: Block, delta: Fields): void {
  const { text, toolUse, reasoningContent, ...rest } = delta;
  Object.assign(block, rest);
  if (text !== undefined) block.text = `${block.text ?? ''}${text}`;
  if (isFields(reasoningContent)) addThought(block, reasoningContent);
  if (!isFields(toolUse)) return;
  const before = fieldsOf(block.toolUse);
  block.toolUse = { ...before, input: `${before.input ?? ''}${toolUse.input ?? ''}` };
}

/** The arguments of a tool arrive as text, piece by piece. A tool without arguments gets none. What does not parse stays a text. */
function finished(block: Block): Block {
  const { toolUse } = block;
  if (!isFields(toolUse)) return block;
  const text = String(toolUse.input || '{}');
  return { ...block, toolUse: { ...toolUse, input: jsonIn(text) ?? text } };
}

function contentOf(events: readonly Fields[]): readonly Block[] {
  const blocks = new Map<unknown, Block>();
  for (const { contentBlockStart, contentBlockDelta } of events) {
    const event = contentBlockStart ?? contentBlockDelta;
    if (!isFields(event)) continue;
    const block = blocks.get(event.contentBlockIndex) ?? {};
    blocks.set(event.contentBlockIndex, block);
    Object.assign(block, event.start);
    addDelta(block, fieldsOf(event.delta));
  }
  return [...blocks.values()].map(finished);
}

/** The whole answer of Converse; nothing where one of its last two events is missing. */
function assembleConverse(events: readonly Fields[]): Fields | undefined {
  const stop = events.find((event) => isFields(event.messageStop))?.messageStop;
  const metadata = events.find((event) => isFields(event.metadata))?.metadata;
  const start = fieldsOf(events.find((event) => isFields(event.messageStart))?.messageStart);
  if (!isFields(stop) || !isFields(metadata)) return undefined;
  const message = { role: 'assistant', ...start, content: contentOf(events) };
  return { output: { message }, ...stop, ...metadata };
}

function assemble(chunks: readonly unknown[]): Fields | undefined {
  const events = chunks.filter(isFields);
  const names = events.flatMap(Object.keys);
  if (names.some((name) => name.endsWith('Exception'))) return { error: true };
  if (!names.includes('chunk')) return assembleConverse(events);
  const pieces = events.map(pieceIn);
  const last = pieces.find(isLastPiece);
  // A piece that does not parse may be a word of the answer, and the pieces of two answers are none.
  const isTorn = pieces.some((piece) => Object.keys(piece).length === 0);
  if (isTorn || isSpliced(pieces)) return undefined;
  return last && { body: { pieces, [METRICS]: last[METRICS] } };
}

/** Converse ends each block, and so does no piece of InvokeModel, whose events are not read here. */
export const stream: StreamRules = { ends, marksParts: true, assemble };

/** The same rules for one stream: Converse ends with two events, and does not promise their order. */
export function streamRules(): StreamRules {
  const seen = new Set<string>();
  return {
    assemble,
    marksParts: true,
    ends(chunk) {
      for (const name of Object.keys(fieldsOf(chunk))) seen.add(name);
      return (seen.has('messageStop') && seen.has('metadata')) || isLastPiece(pieceIn(chunk));
    },
  };
}
