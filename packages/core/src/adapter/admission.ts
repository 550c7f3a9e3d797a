import { type Served, usageIn } from '../entry/index.ts';
import { type Fields, fieldsOf, isFields, isGiven, listOf } from '../key/index.ts';
import {
  type Admit,
  isThenable,
  type Judged,
  type Rejection,
  type TtlOf,
  toMilliseconds,
} from '../options/index.ts';
import { type Adapter, decisionOf, type StreamRules, type Verdict } from './adapter.ts';
import { finishReasons, hasRefusal, rejectFinish } from './finish-reason.ts';
import { asksForHosted, saysHosted } from './hosted-tools.ts';
import { jsonIn, messagesIn, wantsJson } from './model-message.ts';
import { rejectMessage, worstOf } from './provider-admission.ts';
import { rejectRanking, rejectVectors } from './vectors.ts';

/** Lists of items that have an `embedding` each: of OpenAI and APIs like it, of watsonx, and of Vertex AI. */
const LISTS = ['data', 'results', 'predictions'] as const;

const isNumbers = (value: unknown) => Array.isArray(value) || 'values' in fieldsOf(value);

/** The numbers of a vector: Gemini has them in `values`. */
const numbersIn = (vector: unknown) => (isFields(vector) ? vector.values : vector);

/** The vectors in a response of any known shape. Undefined for any other response. */
function vectorsIn(response: Fields, { input }: Fields): readonly unknown[] | undefined {
  const { data, embedding, embeddings } = response;
  if (Array.isArray(data) && data.length === 0 && isGiven(input)) return [];
  if (embedding === null || isNumbers(embedding)) return [numbersIn(embedding)];
  const typed = isFields(embeddings) ? Object.values(embeddings) : [embeddings]; // Cohere has a list for each type
  const list = typed.find((each) => listOf(each).some(isNumbers));
  if (list !== undefined) return listOf(list).map(numbersIn);
  const items = LISTS.map((name) => listOf(response[name]).map(fieldsOf)).find((each) =>
    each.some((item) => item.embedding === null || isNumbers(item.embedding ?? item.embeddings)),
  );
  return items?.map((item) => numbersIn(item.embedding ?? item.embeddings));
}

/** Vectors, and what `/rerank` of many servers returns: an index and a score for each document. */
function rejectVectorsOrRanking(response: Fields, request: Fields): Rejection | undefined {
  const { input, dimensions, documents, top_n: top } = request;
  const vectors = vectorsIn(response, request);
  const isListOfTexts = Array.isArray(input) && typeof input[0] !== 'number';
  const count = isListOfTexts ? input.length : undefined;
  if (vectors !== undefined) return rejectVectors(vectors, { count, dimensions });
  const ranking = listOf(response.results ?? response.data).map(fieldsOf);
  if (!Array.isArray(documents) || !ranking.some((ranked) => 'relevance_score' in ranked)) {
    return undefined;
  }
  const scored = ranking.map(({ index, relevance_score: score }) => ({ index, score }));
  return rejectRanking(scored, { count: documents.length, top });
}

/** A function may return the text alone. A text that begins as JSON, and is none, is a piece of what was asked for. */
const isTornJson = (response: unknown, request: unknown) =>
  typeof response === 'string' &&
  /^\s*[[{]/.test(response) &&
  wantsJson(request) &&
  jsonIn(response).length === 0;

/** A function that writes `content ?? ''` returns this for an answer without a text. */
const isBlank = (response: unknown) => typeof response === 'string' && response.trim() === '';

/** Why a response is not stored, by what is true for every provider. Undefined where it may be. */
function rejectUnusable(response: unknown, request: unknown): Rejection | undefined {
  if (!isGiven(response) || isBlank(response)) return 'empty';
  if (isTornJson(response, request)) return 'malformed';
  if (!isFields(response)) return undefined;
  if (isGiven(response.error)) return 'error';
  if (hasRefusal(response)) return 'refusal';
  const messages = messagesIn(response) ?? [];
  const rejected = worstOf([
    ...finishReasons(response).map((reason) => rejectFinish(reason)),
    // Without an end, or without a content, it may be an object of the user's own.
    ...messages
      .filter(
        ({ content, reason, error }) => isGiven(error) || (isGiven(content) && isGiven(reason)),
      )
      .map((message) => rejectMessage(message, request)),
  ]);
  return rejected ?? rejectVectorsOrRanking(response, fieldsOf(request));
}

/**
 * The same, and whether it was made with what runs at a provider. This comes last: an option that admits it must not admit an
 * answer that is truncated.
 */
function rejectAnswer(response: unknown, request: unknown): Rejection | undefined {
  const isHosted = () => asksForHosted(request) || saysHosted(response);
  return rejectUnusable(response, request) ?? (isHosted() ? 'hosted-tool' : undefined);
}

/** What a stream of blank texts is put together to. */
const SAYS_NOTHING = { choices: [{ message: { content: '' }, finish_reason: 'stop' }] };

const END_TYPES = /^(message_stop|message-end|response\.completed)$/;

const PROVIDER_TYPES = /^(message|content)[-_]|^(response\.|text-(start|delta)$|finish$)/;

const PROVIDER_FIELDS = [
  ...['choices', 'candidates', 'done'],
  ...['messageStart', 'contentBlockDelta', 'messageStop'], // Bedrock's
];

const typeOf = (chunk: Fields) => (typeof chunk.type === 'string' ? chunk.type : '');

const isOfProvider = (chunk: unknown): chunk is Fields =>
  isFields(chunk) &&
  (PROVIDER_FIELDS.some((field) => field in chunk) || PROVIDER_TYPES.test(typeOf(chunk)));

const isError = (chunk: unknown) =>
  isFields(chunk) && (Boolean(chunk.error) || typeOf(chunk) === 'error');

const isEnd = (chunk: Fields) => END_TYPES.test(typeOf(chunk)) || chunk.done === true;

/** A stream of chunks that a known provider sends must have that provider's end. Other streams end with their last chunk. */
const defaultStream: StreamRules = {
  ends: (chunk) => chunk === '[DONE]' || (isFields(chunk) && isEnd(chunk)),
  assemble(chunks) {
    if (chunks.some(isError)) return { error: true };
    if (chunks.length > 0 && chunks.every(isBlank)) return SAYS_NOTHING;
    const known = chunks.filter(isOfProvider);
    if (known.some(hasRefusal)) return { choices: [{ finish_reason: 'refusal' }] };
    const reasons = known.flatMap(finishReasons).filter((reason) => reason !== null);
    if (known.length > 0 && reasons.length === 0 && !known.some(isEnd)) return undefined;
    return { choices: reasons.map((reason) => ({ finish_reason: reason })) };
  },
};

/** Describes a function, or an API, that has no adapter. The whole request is in the key. */
export const defaultAdapter: Omit<Adapter, 'provider'> = {
  ignore: [],
  rejects: rejectAnswer,
  usageOf: usageIn,
  stream: defaultStream,
};

/** What decides whether an answer is stored: the rules of the provider, and what the user admits beyond them. */
export interface AdmissionRules {
  /** @default what is true for every provider */
  readonly adapter?: Pick<Adapter, 'rejects' | 'usageOf' | 'servedModelOf'> | undefined;
  readonly admit: Admit;
  /** How long the answer is fresh, where the user says it of each answer. */
  readonly ttlOf?: TtlOf | undefined;
}

const firstText = (values: readonly unknown[]) =>
  values.find((value): value is string => typeof value === 'string' && value !== '');

/** Reads the fields of OpenAI and APIs like it, of Google, of the AI SDK, and of the first event of Anthropic. */
export function servedModelIn(response: unknown): Served | undefined {
  const { model, modelVersion, modelId, response: about, message, ...rest } = fieldsOf(response);
  const models = [model, modelVersion, modelId, fieldsOf(about).modelId, fieldsOf(message).model];
  const fingerprint = firstText([rest.system_fingerprint, rest.systemFingerprint]);
  const served = { model: firstText(models), fingerprint };
  return served.model === undefined && fingerprint === undefined ? undefined : served;
}

type Predicate = Extract<Admit, (...given: never) => unknown>;

interface Exchange {
  readonly response: unknown;
  readonly request: unknown;
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as Partial<PromiseLike<unknown>> | undefined)?.then === 'function'; // of any class

type Decision = Pick<Verdict, 'rejection' | 'deciding'>;

/** A predicate decides alone. Only `true` admits, and one that fails does not. */
function decide(admit: Predicate, { response, request }: Exchange, judged: Judged): Decision {
  const refused = judged.rejection ?? 'admit';
  const rejectionAfter = (admitted: unknown) => (admitted === true ? undefined : refused);
  try {
    const admitted: unknown = admit(response, request, judged);
    if (!isPromise(admitted)) return { rejection: rejectionAfter(admitted) };
    return { deciding: decisionOf(admitted).then(rejectionAfter, () => 'admit-error') };
  } catch {
    return { rejection: 'admit-error' };
  }
}

/** The JSON in an answer to a request that asks for JSON. */
function jsonAskedFor(response: unknown, request: unknown): unknown {
  if (!wantsJson(request)) return undefined;
  const content = typeof response === 'string' ? response : messagesIn(response)?.[0]?.content;
  return jsonIn(content)[0];
}

function decisionOn(
  { adapter = defaultAdapter, admit }: AdmissionRules,
  response: unknown,
  request: unknown,
) {
  const rejection = adapter.rejects(response, request);
  if (typeof admit === 'function') {
    const json = jsonAskedFor(response, request);
    return decide(admit, { response, request }, { rejection, json });
  }
  return {
    rejection: rejection !== undefined && admit[rejection] === true ? undefined : rejection,
  };
}

/** The ttl of one answer. `0` means not to store it, and what is no duration never stands for one. */
function lifeOn(
  { ttlOf }: AdmissionRules,
  response: unknown,
  request: unknown,
): Pick<Verdict, 'rejection' | 'deciding' | 'ttl'> | undefined {
  if (ttlOf === undefined) return undefined;
  const refuse = (rejection: string) => ({ rejection, deciding: undefined });
  try {
    const given = ttlOf(response, request);
    if (isThenable(given)) given.then(undefined, () => {}); // nobody else waits for it
    const ttl = toMilliseconds(given, 'ttl');
    return ttl > 0 ? { ttl } : refuse('no-ttl');
  } catch {
    return refuse('ttl-error');
  }
}

/** Judges a complete answer. An answer that cannot be judged is rejected. */
export function judge(rules: AdmissionRules, response: unknown, request: unknown): Verdict {
  const { adapter = defaultAdapter } = rules;
  try {
    const usage = adapter.usageOf?.(response);
    const served = adapter.servedModelOf?.(response) ?? servedModelIn(response);
    const decision = decisionOn(rules, response, request);
    const life = decision.rejection === undefined ? lifeOn(rules, response, request) : undefined;
    return { ...decision, ...life, usage, served };
  } catch {
    return { rejection: 'unreadable' };
  }
}
