import { type Fields, isFields, listOf } from '@cached-llm/core/adapter';

type List = readonly unknown[];

/** Fields of a delta that come whole, and mostly again, in place of piece by piece. */
const WHOLE = new Set([
  'id',
  'index',
  'role',
  'type',
  'name',
  'finish_reason',
  'finishReason',
  'native_finish_reason',
]);

/** An SDK may write 'null' for an id that did not come. */
const isPresent = (value: unknown) => (value ?? '') !== '' && value !== 'null';

/** Pieces of one item have one index, and not two ids. A part without an index continues a part of its kind. */
function isSame(item: unknown, piece: Fields): boolean {
  if (!isFields(item)) return false;
  if (typeof piece.index !== 'number') {
    const isText = typeof item.text === 'string' && typeof piece.text === 'string';
    const isThought = Array.isArray(item.thinking) && Array.isArray(piece.thinking);
    return item.type === piece.type && (isText || isThought);
  }
  const isOther = isPresent(item.id) && isPresent(piece.id) && item.id !== piece.id;
  return item.index === piece.index && !isOther;
}

/** A piece without an index can only continue the last item. */
function placeOf(list: List, piece: Fields): number {
  if (typeof piece.index === 'number') return list.findIndex((item) => isSame(item, piece));
  return isSame(list.at(-1), piece) ? list.length - 1 : -1;
}

function withPiece(list: List, piece: unknown): List {
  const place = isFields(piece) ? placeOf(list, piece) : -1;
  const merged = mergeDelta(list[place], piece);
  return place < 0 ? [...list, merged] : list.with(place, merged);
}

/** A text becomes a list of one part when another part follows it. */
function partsOf(content: unknown): List {
  if (Array.isArray(content)) return content;
  return typeof content === 'string' && content !== '' ? [{ type: 'text', text: content }] : [];
}

function mergeField(name: string, before: unknown, delta: unknown): unknown {
  if (WHOLE.has(name)) return isPresent(before) ? before : delta;
  return mergeDelta(before, delta);
}

/** A message after one more delta: texts grow, tool calls grow by their index, other fields are replaced. */
export function mergeDelta(before: unknown, delta: unknown): unknown {
  if (delta === undefined || delta === null) return before ?? delta;
  if (Array.isArray(before) || Array.isArray(delta)) {
    return partsOf(delta).reduce(withPiece, partsOf(before));
  }
  if (typeof before === 'string' && typeof delta === 'string') return before + delta;
  if (!isFields(delta)) return delta;
  const fields: Record<string, unknown> = isFields(before) ? { ...before } : {};
  for (const [name, value] of Object.entries(delta))
    fields[name] = mergeField(name, fields[name], value);
  return fields;
}

/** The fields of a choice that come piece by piece, and its end. No adapter judges a response by its other fields. */
const pieceOf = ({ index = 0, delta, text, ...rest }: Fields): Fields => ({
  index,
  message: delta,
  text,
  finish_reason: rest.finish_reason,
  finishReason: rest.finishReason,
  native_finish_reason: rest.native_finish_reason,
  error: rest.error,
});

const hasEnded = ({ finish_reason, finishReason = finish_reason }: Fields) =>
  typeof finishReason === 'string';

/** The choices of a chat completion from chunks in OpenAI's format. Undefined where a choice has no end. */
export function assembleChoices(chunks: readonly Fields[]): readonly Fields[] | undefined {
  const parts = chunks.flatMap((chunk) => listOf(chunk.choices)).filter(isFields);
  const choices = listOf(mergeDelta([], parts.map(pieceOf))).filter(isFields);
  return choices.length > 0 && choices.every(hasEnded) ? choices : undefined;
}
