import { type Fields, isFields, listOf } from '../key/index.ts';
import type { Rejection } from '../options/index.ts';

/**
 * What the finish reasons of all providers mean. This is the one place where a provider's new reason is added: in
 * lower case, with `_` for `-`. A reason that is in no list rejects the answer as
 * `incomplete`. What a provider says elsewhere, such as Google's `blockReason`, is in the admission.ts of its adapter.
 */
const COMPLETE = new Set([
  ...['stop', 'tool_calls', 'function_call', 'completed'], // OpenAI, Google, Mistral, Ollama, AI SDK
  ...['end_turn', 'stop_sequence', 'tool_use'], // Anthropic, Bedrock
  ...['complete', 'tool_call'], // Cohere
  ...['finish', 'finished', 'endoftext'], // Amazon's and AI21's own models on Bedrock
  'eos_token', // TGI (text-generation-inference@e7248fe docs/openapi.json), watsonx (TextGenResult of its Node SDK)
  'eos', // Together (together-typescript@2cea8b5 src/resources/completions.ts), llama.cpp
  'word', // llama.cpp's /completion, at a stop word (llama.cpp@25d5b0c tools/server/README.md)
  ...['eosfound', 'stopstringfound', 'toolcalls'], // LM Studio (lmstudio-js@da9539d LLMPredictionStats.ts)
  // vLLM (vllm@b823d02 vllm/v1/engine/__init__.py), SGLang, DeepSeek and Qwen say `stop` and `tool_calls`, as OpenAI.
]);

const TRUNCATED = new Set([
  ...['length', 'max_tokens', 'max_output_tokens', 'model_length', 'continuation'],
  ...['pause_turn', 'model_context_window_exceeded'], // Anthropic
  ...['token_limit', 'time_limit'], // watsonx
  'limit', // llama.cpp
  ...['maxpredictedtokensreached', 'contextlengthreached'], // LM Studio
]);

const FILTERED = new Set([
  ...['content_filter', 'content_filtered', 'guardrail_intervened'], // OpenAI, Bedrock
  ...['safety', 'recitation', 'blocklist', 'prohibited_content', 'spii'], // Google
]);

const MALFORMED = new Set([
  ...['malformed_function_call', 'unexpected_tool_call', 'malformed_response'], // Google
  ...['malformed_model_output', 'malformed_tool_use'], // Bedrock
]);

const wordOf = (reason: unknown) => String(reason).toLowerCase().replaceAll('-', '_');

function rejectWord(word: string): Rejection | undefined {
  if (COMPLETE.has(word)) return undefined;
  if (TRUNCATED.has(word)) return 'truncated';
  if (FILTERED.has(word)) return 'filtered';
  if (MALFORMED.has(word)) return 'malformed';
  return word === 'refusal' || word === 'error' ? word : 'incomplete';
}

/**
 * Why an answer that ended for this reason is not stored. Undefined where the reason means that it is complete.
 *
 * @param reason as the provider sends it. A missing one, or one that no provider is known to send, is `incomplete`
 * @param native the word of the provider behind a gateway or a library that passes it on. It counts if it is a known word for an
 * answer that is not usable, because a gateway's own word is less exact
 */
export function rejectFinish(reason: unknown, native?: unknown): Rejection | undefined {
  const exact = rejectWord(wordOf(native));
  return exact === undefined || exact === 'incomplete' ? rejectWord(wordOf(reason)) : exact;
}

/** Does the reason say that the model calls a tool? */
export function isToolReason(reason: unknown): boolean {
  return /^(tool_?calls?|function_call|tool_use)$/.test(wordOf(reason));
}

/** The names under which providers send a finish reason. */
const FIELDS = [
  'finish_reason',
  'finishReason',
  'stop_reason',
  'stopReason',
  'done_reason',
  'stop_type',
  'blockReason',
] as const;

/** vLLM names the text at which it stopped in a `stop_reason` beside the `finish_reason`. */
const reasonsOf = (part: Fields) =>
  FIELDS.filter((field) => field !== 'stop_reason' || !('finish_reason' in part)).map(
    (field) => part[field],
  );

/** The parts that may have a reason: the answer, each of its choices, and the last chunk of Anthropic, Cohere and Bedrock. */
function partsOf(response: Fields): readonly unknown[] {
  const { choices, candidates, results, promptFeedback, delta, messageStop } = response;
  const several = [choices, candidates, results].flatMap(listOf);
  return [response, promptFeedback, delta, messageStop, ...several];
}

/** The Responses API of OpenAI has a status, and says in another field why it is `incomplete`. */
function statusReasons({ object, status, incomplete_details: details }: Fields): unknown[] {
  if (object !== 'response') return [];
  return [status === 'incomplete' && isFields(details) ? details.reason : status];
}

/**
 * The finish reasons in an answer, or in a chunk of one, of any known shape; one for each choice.
 * A reason is `null` until the provider knows it. The list is empty where there is none.
 */
export function finishReasons(response: unknown): readonly unknown[] {
  if (!isFields(response)) return [];
  const reasons = partsOf(response)
    .filter(isFields)
    .flatMap(reasonsOf)
    .filter((reason) => reason !== undefined)
    .map((reason) => (isFields(reason) ? reason.unified : reason)); // the AI SDK's: `{ unified, raw }`
  return [...reasons, ...statusReasons(response)];
}

/** Chat completions of OpenAI have a refusal beside the content, in a message and in its deltas. */
function isRefusingChoice(choice: unknown): boolean {
  if (!isFields(choice)) return false;
  const message = choice.delta ?? choice.message;
  return isFields(message) && typeof message.refusal === 'string' && message.refusal !== '';
}

/** The Responses API of OpenAI has a refusal as a part of an output message. */
function isRefusingOutput(item: unknown): boolean {
  const parts = isFields(item) ? listOf(item.content) : [];
  return parts.some((part) => isFields(part) && part.type === 'refusal');
}

/** Does this answer, or this chunk of one, hold a refusal? It may, under a finish reason that means a complete answer. */
export function hasRefusal({ choices, output, type }: Fields): boolean {
  if (typeof type === 'string' && type.startsWith('response.refusal')) return true;
  return listOf(choices).some(isRefusingChoice) || listOf(output).some(isRefusingOutput);
}
