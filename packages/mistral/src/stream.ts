import { type Fields, isFields, type StreamRules } from '@cached-llm/core/adapter';
import { assembleChoices } from '@cached-llm/http';
import { isError } from './admission.ts';
import { isReadableChunk } from './readable.ts';

/** The chunk that an event of the SDK carries in `data`, or the chunk itself. */
const chunkOf = (event: unknown) => (isFields(event) && isFields(event.data) ? event.data : event);

function ends(event: unknown): boolean {
  return event === '[DONE]' || isError(chunkOf(event));
}

/** Undefined where a choice has no end: a stream that was cut ends without a sign. */
function assemble(events: readonly unknown[]): Fields | undefined {
  const chunks = events.map(chunkOf).filter(isFields);
  if (chunks.some(isError)) return { error: true };
  if (!chunks.every(isReadableChunk)) return undefined;
  const choices = assembleChoices(chunks);
  if (choices === undefined) return undefined;
  const { object: _, usage: __, ...head } = chunks[0] ?? {};
  const usage = chunks.findLast((chunk) => isFields(chunk.usage))?.usage;
  return { ...head, object: 'chat.completion', choices, usage };
}

export const stream: StreamRules = { ends, assemble };
