import {
  admission,
  type Fields,
  fieldsOf,
  finishReasons,
  isFields,
  isGiven,
  type Rejection,
  rejectFinish,
  type Usage,
} from '@cached-llm/core/adapter';
import { jsonIn, usesHostedTool } from './identity.ts';
import { rejectVectorsIn } from './vectors.ts';

/** What the model answered. InvokeModel returns it as bytes. */
export function answerOf(response: unknown): unknown {
  const body = fieldsOf(response).body ?? response;
  return isFields(body) ? body : jsonIn(body);
}

/** The fields in which the families of models nest an answer, whole or piece by piece. */
const NESTED = [
  ...['output', 'message', 'results', 'outputs', 'generations', 'completions', 'choices', 'data'],
  ...['pieces', 'delta', 'content_block', 'contentBlockStart', 'contentBlockDelta', 'start'],
  ...['messageStop', 'finishReason'],
];

/** The fields that are the answer itself. Thoughts alone are no answer. */
const CONTENT = [
  ...['content', 'text', 'outputText', 'generation', 'completion', 'partial_json', 'name'],
  ...['tool_calls', 'toolUse', 'embedding', 'embeddings', 'images', 'image'],
];

/** An answer and all of its nested parts that may have content. */
function partsOf(value: unknown): readonly Fields[] {
  if (Array.isArray(value)) return value.flatMap(partsOf);
  return isFields(value) ? [value, ...NESTED.flatMap((name) => partsOf(value[name]))] : [];
}

function reasonsOf(part: Fields): readonly unknown[] {
  const { completionReason, reason } = part;
  return [...finishReasons(part), completionReason, reason].filter((word) => word !== undefined);
}

function isBlank(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isBlank);
  if (!isFields(value)) return !isGiven(value) || value === '';
  const isThought = 'reasoningContent' in value || /thinking/.test(String(value.type));
  return isThought || value.text === '';
}

function isEmpty(parts: readonly Fields[]): boolean {
  const content = parts.flatMap((part) =>
    CONTENT.filter((name) => name in part).map((name) => part[name]),
  );
  return content.length > 0 && content.every(isBlank);
}

/** A reason is `null` until it is known. */
function rejectReason(answer: Fields, parts: readonly Fields[]): Rejection | undefined {
  const words = parts.flatMap(reasonsOf);
  const reasons = words.filter(isGiven);
  const isConverse = 'output' in answer || '$metadata' in answer; // it always has a reason
  if (reasons.length === 0 && (isConverse || words.length > 0)) return 'incomplete';
  return reasons.map(rejectFinish).find(isGiven);
}

function isBlocked(part: Fields): boolean {
  const { finish_reasons: reasons } = part; // of pictures: `null`, or the reason why one is missing
  const hasReason = Array.isArray(reasons) && reasons.some(isGiven);
  return hasReason || part['amazon-bedrock-guardrailAction'] === 'INTERVENED';
}

function rejectAnswer(answer: Fields, request: unknown): Rejection | undefined {
  if (isGiven(answer.error)) return 'error';
  const rejected = rejectVectorsIn(answer, bodyIn(request));
  if (rejected !== undefined) return rejected;
  const parts = partsOf(answer);
  if (parts.some(isBlocked)) return 'filtered';
  return rejectReason(answer, parts) ?? (isEmpty(parts) ? 'empty' : undefined);
}

/** What InvokeModel was asked, read or as text. */
function bodyIn(request: unknown): Fields {
  const { body } = fieldsOf(request);
  return fieldsOf(isFields(body) ? body : jsonIn(body));
}

const rejectsParsed = admission({ rejectAnswer, isHosted: usesHostedTool });

/** Why a response is not stored; undefined where it may be. */
export function rejects(response: unknown, request: unknown): Rejection | undefined {
  return rejectsParsed(answerOf(response), request);
}

function firstNumber(...values: readonly unknown[]): number | undefined {
  return values.find((value) => typeof value === 'number');
}

/** Bedrock's count of input tokens does not contain what was read from or written to the prompt cache. */
export function usageOf(response: unknown): Usage | undefined {
  const answer = fieldsOf(answerOf(response));
  const usage = fieldsOf(answer.usage);
  const metrics = fieldsOf(answer['amazon-bedrock-invocationMetrics']);
  const result = fieldsOf(Array.isArray(answer.results) ? answer.results[0] : undefined);
  const read = firstNumber(usage.cacheReadInputTokens, usage.cache_read_input_tokens);
  const written = firstNumber(usage.cacheWriteInputTokens, usage.cache_creation_input_tokens);
  const input =
    firstNumber(usage.inputTokens, usage.input_tokens, usage.prompt_tokens) ??
    firstNumber(answer.inputTextTokenCount, answer.prompt_token_count, metrics.inputTokenCount);
  const outputTokens =
    firstNumber(usage.outputTokens, usage.output_tokens, usage.completion_tokens) ??
    firstNumber(result.tokenCount, answer.generation_token_count, metrics.outputTokenCount);
  if (input === undefined && outputTokens === undefined) return undefined;
  const inputTokens = input === undefined ? input : input + (read ?? 0) + (written ?? 0);
  return { inputTokens, outputTokens, cacheReadTokens: read, cacheWriteTokens: written };
}
