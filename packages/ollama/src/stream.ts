import { type Fields, isFields, isGiven, type StreamRules } from '@cached-llm/core/adapter';

function ends(line: unknown): boolean {
  return isFields(line) && (line.done === true || isGiven(line.error));
}

/** Fields that come piece by piece. Of every other field the last line has the value. */
const TEXTS = ['content', 'response', 'thinking'];
const LISTS = ['tool_calls', 'logprobs'];

/** The last of the parts, with the fields that grew over all of them. */
function joined(parts: readonly Fields[]): Fields {
  const whole: Record<string, unknown> = { ...parts.at(-1) };
  const isIn = (name: string) => parts.some((part) => part[name] !== undefined);
  for (const name of TEXTS.filter(isIn)) {
    whole[name] = parts.map((part) => part[name] ?? '').join('');
  }
  for (const name of LISTS.filter(isIn)) whole[name] = parts.flatMap((part) => part[name] ?? []);
  return whole;
}

/** The server makes its whole answer in the same way: the last line, with the texts of all lines before it. */
function assemble(chunks: readonly unknown[]): Fields | undefined {
  const lines = chunks.filter(isFields);
  if (lines.some(({ error }) => isGiven(error))) return { error: true };
  if (lines.findIndex(({ done }) => done === true) !== lines.length - 1) return undefined;
  const messages = lines.map(({ message }) => message).filter(isFields);
  const whole = joined(lines);
  return messages.length === 0 ? whole : { ...whole, message: joined(messages) };
}

export const stream: StreamRules = { ends, assemble };
