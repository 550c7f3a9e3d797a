import { type Fields, isFields } from '../key/call-identity.ts';

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** OpenAI's chat completions: a text beside the content, in a message or in what it grows from. */
function isRefusingChoice(choice: unknown): boolean {
  if (!isFields(choice)) return false;
  const message = choice.delta ?? choice.message;
  return isFields(message) && typeof message.refusal === 'string' && message.refusal !== '';
}

/** OpenAI's responses: a part of an output message. */
function isRefusingOutput(item: unknown): boolean {
  const parts = isFields(item) ? listOf(item.content) : [];
  return parts.some((part) => isFields(part) && part.type === 'refusal');
}

/** Does this answer, or this chunk of one, decline under a finish reason that is good? */
export function hasRefusal({ choices, output, type }: Fields): boolean {
  if (typeof type === 'string' && type.startsWith('response.refusal')) return true;
  return listOf(choices).some(isRefusingChoice) || listOf(output).some(isRefusingOutput);
}
