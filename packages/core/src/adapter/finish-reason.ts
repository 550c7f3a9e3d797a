import { type Fields, isFields } from '../key/index.ts';
import type { Rejection } from '../options/index.ts';

/**
 * Reasons a model stops for, in the words of the providers (OpenAI, Anthropic, Google, Bedrock,
 * Mistral, Cohere, Ollama, AI SDK), lower-cased and with `_` for `-`. What stands in no list is not
 * known to be good.
 */
const GOOD = new Set([
  'stop',
  'tool_calls',
  'function_call',
  'end_turn',
  'stop_sequence',
  'tool_use',
  'complete',
  'tool_call',
  'completed',
]);

const TRUNCATED = new Set([
  'length',
  'max_tokens',
  'max_output_tokens',
  'model_length',
  'pause_turn',
  'model_context_window_exceeded',
  'continuation',
]);

const FILTERED = new Set([
  'content_filter',
  'content_filtered',
  'guardrail_intervened',
  'safety',
  'recitation',
  'blocklist',
  'prohibited_content',
  'spii',
]);

/** What a finish reason says against keeping the answer. */
export function rejectFinish(reason: unknown): Rejection | undefined {
  const word = String(reason).toLowerCase().replaceAll('-', '_');
  if (GOOD.has(word)) return undefined;
  if (TRUNCATED.has(word)) return 'truncated';
  if (FILTERED.has(word)) return 'filtered';
  return word === 'refusal' ? 'refusal' : word === 'error' ? 'error' : 'incomplete';
}

const FIELDS = [
  'finish_reason',
  'finishReason',
  'stop_reason',
  'stopReason',
  'done_reason',
  'blockReason',
] as const;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Where reasons stand: in the answer, in each of several, in the last chunks of Anthropic, Cohere and Bedrock. */
function parts(response: Fields): readonly unknown[] {
  const { choices, candidates, promptFeedback, delta, messageStop } = response;
  return [response, promptFeedback, delta, messageStop, ...listOf(choices), ...listOf(candidates)];
}

/** OpenAI's responses have a status, and say elsewhere why it is `incomplete`. */
function statusReasons({ object, status, incomplete_details: details }: Fields): unknown[] {
  if (object !== 'response') return [];
  return [status === 'incomplete' && isFields(details) ? details.reason : status];
}

/** The finish reasons an answer of any known shape carries; a reason that is still to come is `null`. */
export function finishReasons(response: unknown): readonly unknown[] {
  if (!isFields(response)) return [];
  const stated = parts(response).flatMap((part) => {
    if (!isFields(part)) return [];
    const reasons = FIELDS.filter((field) => part[field] !== undefined).map((field) => part[field]);
    return reasons.map((reason) => (isFields(reason) ? reason.unified : reason));
  });
  return [...stated, ...statusReasons(response)];
}

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
