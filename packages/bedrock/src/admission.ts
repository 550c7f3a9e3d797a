import {
  admission,
  type Fields,
  fieldsOf,
  finishReasons,
  isFields,
  isGiven,
  listOf,
  messagesIn,
  type Rejection,
  rejectContent,
  rejectFinish,
  saysNothing,
  type Usage,
  wantsJson,
  worstOf,
} from '@cached-llm/core/adapter';
import { jsonIn, usesHostedTool } from './identity.ts';
import { givesVectors, rejectVectorsIn } from './vectors.ts';

/** What the model answered. InvokeModel returns it as bytes. */
export function answerOf(response: unknown): unknown {
  const body = fieldsOf(response).body ?? response;
  return isFields(body) ? body : jsonIn(body);
}

/** The fields in which the families of models nest an answer, whole or piece by piece. */
const NESTED = [
  ...['output', 'message', 'results', 'outputs', 'generations', 'completions', 'choices', 'data'],
  ...['pieces', 'delta', 'content_block', 'contentBlockStart', 'contentBlockDelta', 'start'],
  ...['messageStop', 'finishReason', 'artifacts'],
];

/** The fields that are the answer itself. Thoughts alone are no answer. */
const TEXTS = [
  ...['content', 'text', 'outputText', 'generation', 'completion', 'message', 'partial_json'],
] as const;
const CALLS = ['name', 'tool_calls', 'toolUse'] as const;
const PICTURES = ['images', 'image', 'base64'] as const;

/** An answer and all of its nested parts that may have content. */
function partsOf(value: unknown): readonly Fields[] {
  if (Array.isArray(value)) return value.flatMap(partsOf);
  return isFields(value) ? [value, ...NESTED.flatMap((name) => partsOf(value[name]))] : [];
}

function valuesOf(parts: readonly Fields[], names: readonly string[]): readonly unknown[] {
  return parts.flatMap((part) => names.filter((name) => name in part).map((name) => part[name]));
}

function reasonsOf(part: Fields): readonly unknown[] {
  const { completionReason, reason } = part;
  return [...finishReasons(part), completionReason, reason].filter(
    // Stability says SUCCESS of each picture.
    (word) => isGiven(word) && !isFields(word) && word !== 'SUCCESS',
  );
}

/** What says nothing of its end is not whole. Pictures come without a reason. */
function rejectReason(parts: readonly Fields[]): Rejection | undefined {
  const reasons = parts.flatMap(reasonsOf);
  const hasPictures = !saysNothing(valuesOf(parts, PICTURES));
  if (reasons.length === 0) return hasPictures ? undefined : 'incomplete';
  return worstOf(reasons.map((reason) => rejectFinish(reason)));
}

/** What the families say that have no place for a message: texts, and the pieces of a stream. */
function rejectTexts(parts: readonly Fields[], asked: unknown): Rejection | undefined {
  const texts = valuesOf(parts, TEXTS);
  const text = texts.filter((each) => typeof each === 'string').join('');
  const others = [...texts.filter((each) => typeof each !== 'string'), ...valuesOf(parts, CALLS)];
  if (saysNothing([text, ...others, ...valuesOf(parts, PICTURES)])) return 'empty';
  const isBroken = wantsJson(asked) && saysNothing(others) && !saysNothing(text) && !isJson(text);
  return isBroken || hasBrokenCall(parts) ? 'malformed' : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The arguments of each call arrive as pieces of a text, by the index of their block. */
function hasBrokenCall(parts: readonly Fields[]): boolean {
  const inputs = new Map<unknown, string>();
  for (const { index, delta } of parts) {
    const { partial_json: piece } = fieldsOf(delta);
    if (typeof piece === 'string') inputs.set(index, `${inputs.get(index) ?? ''}${piece}`);
  }
  return [...inputs.values()].some((input) => !saysNothing(input) && !isJson(input));
}

function rejectSaid(answer: Fields, parts: readonly Fields[], asked: unknown) {
  const [reason] = parts.flatMap(reasonsOf);
  const messages = messagesIn(answer);
  if (messages === undefined) return rejectTexts(parts, asked);
  if (messages.length === 0) return 'empty';
  return worstOf(messages.map((each) => rejectContent({ ...each, reason }, asked)));
}

/** Why a picture was held back, which some families say in the list of the reasons or beside the pictures. */
function isBlocked(part: Fields): boolean {
  const { finish_reasons: reasons } = part; // of pictures: `null`, or the reason why one is missing
  const hasReason = Array.isArray(reasons) && reasons.some(isGiven);
  return hasReason || part['amazon-bedrock-guardrailAction'] === 'INTERVENED';
}

const isError = (part: Fields) => isGiven(part.error) || part.type === 'error';

function rejectAnswer(answer: Fields, request: unknown): Rejection | undefined {
  const parts = partsOf(answer);
  if (parts.some(isError)) return 'error';
  const body = bodyIn(request);
  if (givesVectors(answer, body)) return rejectVectorsIn(answer, body);
  if (parts.some(isBlocked)) return 'filtered';
  const asked = { ...fieldsOf(request), ...body };
  return rejectReason(parts) ?? rejectSaid(answer, parts, asked);
}

/** What InvokeModel was asked, read or as text. */
function bodyIn(request: unknown): Fields {
  const { body } = fieldsOf(request);
  return fieldsOf(isFields(body) ? body : jsonIn(body));
}

const HOSTED_STEP =
  /^(web_search|web_fetch|(bash_|text_editor_)?code_execution|mcp).*_(use|result)$/;

/** Is this a step of a tool at the provider, or a text that quotes the web? */
function isHostedBlock(block: Fields): boolean {
  const { type, name, toolUse, toolResult, citations } = block;
  if (type === 'server_tool_use') return !/^(tool_search|advisor)/.test(String(name));
  if (HOSTED_STEP.test(String(type)) || isGiven(toolResult)) return true;
  const quotesWeb = listOf(citations).some(
    (each) => fieldsOf(each).type === 'web_search_result_location',
  );
  return quotesWeb || fieldsOf(toolUse).type === 'server_tool_use';
}

function isHosted(request: unknown, answer: Fields): boolean {
  const parts = partsOf(answer);
  const blocks = parts.flatMap(({ content }) => listOf(content)).map(fieldsOf);
  return usesHostedTool(request) || [...parts, ...blocks].some(isHostedBlock);
}

const rejectsParsed = admission({ rejectAnswer, isHosted });

/** Why a response is not stored; undefined where it may be. */
export function rejects(response: unknown, request: unknown): Rejection | undefined {
  return rejectsParsed(answerOf(response), request);
}

function firstNumber(...values: readonly unknown[]): number | undefined {
  return values.find((value) => typeof value === 'number');
}

/** What is in the prompt cache for an hour has a price of its own. */
function longWritesOf({ cacheDetails, cache_creation }: Fields): Usage['details'] {
  const converse = listOf(cacheDetails)
    .map(fieldsOf)
    .find(({ ttl }) => ttl === '1h');
  const long = firstNumber(
    converse?.inputTokens,
    fieldsOf(cache_creation).ephemeral_1h_input_tokens,
  );
  return long === undefined || long === 0 ? undefined : { cache_write_1h_tokens: long };
}

/** Converse says in which tier it was served, where it was not the usual one. */
function tierOf({ serviceTier }: Fields): string | undefined {
  const { type } = fieldsOf(serviceTier);
  return typeof type === 'string' && type !== 'default' ? type : undefined;
}

/** Bedrock's count of input tokens does not contain what was read from or written to the prompt cache. */
export function usageOf(response: unknown): Usage | undefined {
  const answer = fieldsOf(answerOf(response));
  const usage = fieldsOf(answer.usage);
  const metrics = fieldsOf(answer['amazon-bedrock-invocationMetrics']);
  const result = fieldsOf(Array.isArray(answer.results) ? answer.results[0] : undefined);
  const read =
    firstNumber(usage.cacheReadInputTokens, usage.cache_read_input_tokens) ??
    firstNumber(usage.cacheReadInputTokenCount, metrics.cacheReadInputTokenCount);
  const written =
    firstNumber(usage.cacheWriteInputTokens, usage.cache_creation_input_tokens) ??
    firstNumber(usage.cacheWriteInputTokenCount, metrics.cacheWriteInputTokenCount);
  const input =
    firstNumber(usage.inputTokens, usage.input_tokens, usage.prompt_tokens) ??
    firstNumber(answer.inputTextTokenCount, answer.prompt_token_count, metrics.inputTokenCount);
  const outputTokens =
    firstNumber(usage.outputTokens, usage.output_tokens, usage.completion_tokens) ??
    firstNumber(result.tokenCount, answer.generation_token_count, metrics.outputTokenCount);
  if (input === undefined && outputTokens === undefined) return undefined;
  const inputTokens = input === undefined ? input : input + (read ?? 0) + (written ?? 0);
  const counted = {
    inputTokens,
    outputTokens,
    details: longWritesOf(usage),
    serviceTier: tierOf(answer),
  };
  // The families that answer as OpenAI does count the cached tokens as tokens of the prompt.
  const cached = firstNumber(fieldsOf(usage.prompt_tokens_details).cached_tokens);
  return { ...counted, cacheReadTokens: read ?? cached, cacheWriteTokens: written };
}
