import {
  type Fields,
  fieldsOf,
  hasOpening,
  isFields,
  isOutOfOrder,
  type StreamRules,
} from '@cached-llm/core/adapter';
import { mergeDelta } from '@cached-llm/http';

/** The name of an event: the second version has it in `type`, the first in `event_type`. */
const typeOf = ({ type, event_type, eventType }: Fields) => type ?? event_type ?? eventType;

function ends(event: unknown): boolean {
  const type = typeOf(fieldsOf(event));
  return type === 'message-end' || type === 'stream-end' || type === 'error';
}

/** The message after one more event, which adds a text, or a piece to the place of a list that its index names. */
function addEvent(message: Fields, event: Fields): Fields {
  const added: Record<string, unknown> = { ...message };
  for (const [name, piece] of Object.entries(fieldsOf(fieldsOf(event.delta).message))) {
    if (piece === '' || Array.isArray(piece)) continue; // the first event has empty lists and texts
    if (!isFields(piece)) Object.assign(added, mergeDelta(message, { [name]: piece }));
    else added[name] = withPiece(added[name], event.index, piece);
  }
  return added;
}

function withPiece(list: unknown, index: unknown, piece: Fields): readonly unknown[] {
  const pieces: unknown[] = Array.isArray(list) ? [...list] : [];
  const place = typeof index === 'number' ? index : pieces.length;
  pieces[place] = mergeDelta(pieces[place], piece);
  return pieces;
}

function assembleMessage(events: readonly Fields[], last: Fields): Fields {
  const id = events.find((event) => typeOf(event) === 'message-start')?.id;
  const logprobs = events.flatMap((event) => event.logprobs ?? []);
  const { finish_reason, finishReason, usage, error } = fieldsOf(last.delta);
  return {
    id,
    message: events.reduce(addEvent, {}),
    ...(finishReason === undefined ? { finish_reason } : { finishReason }),
    usage,
    ...(logprobs.length > 0 && { logprobs }),
    ...(error !== undefined && { error }),
  };
}

/** Cohere marks where each text begins and ends. A server with its API that marks none lacks nothing. */
const marksPart = (event: Fields) => /^content-(start|end)$/.test(String(typeOf(event)));

function assemble(chunks: readonly unknown[]): Fields | undefined {
  const events = chunks.filter(isFields);
  if (events.some((event) => typeOf(event) === 'error')) return { error: true };
  const last = events.findLast(ends);
  if (last === undefined) return undefined;
  const isGenerated = Array.isArray(fieldsOf(last.response).generations); // by `/v1/generate`, which sends no opening
  if (!isGenerated && !hasOpening(events)) return undefined;
  if (events.some(marksPart) && isOutOfOrder(events)) return undefined;
  if (typeOf(last) === 'message-end') return assembleMessage(events, last);
  const { response, finish_reason, finishReason } = last;
  return isFields(response)
    ? { finish_reason: finish_reason ?? finishReason, ...response }
    : undefined;
}

export const stream: StreamRules = { ends, assemble };
