import { SdkInstance, type Served } from '../entry/index.ts';
import { type Fields, fieldsOf, isFields, isGiven, listOf } from '../key/index.ts';
import type { Adapter, Verdict } from './adapter.ts';
import { type AdmissionRules, defaultAdapter, judge, servedModelIn } from './admission.ts';
import { rejectFinish } from './finish-reason.ts';
import { saysNothing } from './model-message.ts';
import { hasGap, hasOpening, isOutOfOrder, isTextTorn } from './stream-order.ts';

/** One chunk of one choice: of OpenAI and APIs like it, Mistral's SDK, and Google. */
interface Piece {
  readonly place: unknown;
  readonly role: unknown;
  readonly calls: readonly unknown[];
  readonly saysText: boolean;
  readonly saysAny: boolean;
  /** Google's, of which each may have a reason. */
  readonly isCandidate: boolean;
  /** Undefined where the choice goes on. */
  readonly reason: string | undefined;
}

function pieceOf(choice: Fields): Piece {
  const { index = 0, delta, text, finish_reason, finishReason = finish_reason } = choice;
  const {
    content,
    tool_calls,
    toolCalls = tool_calls,
    role,
    parts,
  } = fieldsOf(delta ?? choice.content);
  const saysText = !saysNothing([content, text, parts]);
  const reason =
    typeof finishReason === 'string' && !/^(null)?$/.test(finishReason) ? finishReason : undefined;
  const saysAny = saysText || !saysNothing(toolCalls);
  const isCandidate = isFields(choice.content);
  return { place: index, role, calls: listOf(toolCalls), saysText, saysAny, isCandidate, reason };
}

/** Does the choice go on after its end? An empty delta may still come, with annotations. Old models of Google give a reason with each chunk. */
function goesOn(pieces: readonly Piece[]): boolean {
  const end = pieces.findIndex(({ reason }) => reason !== undefined);
  const isMarked = pieces.every(({ isCandidate, reason }) => isCandidate && reason !== undefined);
  return end >= 0 && !isMarked && pieces.slice(end + 1).some(({ saysAny }) => saysAny);
}

/** Servers name the role once, or with every chunk; some name it again with a call, or at the end. Before a text, it begins another answer. */
function beginsAgain(pieces: readonly Piece[]): boolean {
  const silent = pieces.findIndex(({ role, saysText }) => saysText && !role);
  const again = pieces.findIndex(
    ({ role, calls }, at) => at > silent && role && calls.length === 0,
  );
  const hasBegun = silent >= 0 && pieces.slice(0, silent + 1).some(({ role }) => role);
  return hasBegun && again >= 0 && pieces.slice(again).some(({ saysText }) => saysText);
}

/** Does one reason say that the choice is complete, and another one that it is not? */
function endsTwice(pieces: readonly Piece[]): boolean {
  const reasons = pieces.map(({ reason }) => reason).filter(isGiven);
  return new Set(reasons.map((reason) => rejectFinish(reason))).size > 1;
}

/** Is a place among those of the choices, or of the calls, of which no chunk came? */
function lacksPlace(places: readonly unknown[]): boolean {
  const numbers = new Set(places.filter((place) => typeof place === 'number'));
  return numbers.size > 0 && Math.max(...numbers) >= numbers.size;
}

function isChoiceTorn(pieces: readonly Piece[]): boolean {
  const calls = pieces.flatMap((piece) => piece.calls).map((call) => fieldsOf(call).index);
  return lacksPlace(calls) || goesOn(pieces) || beginsAgain(pieces) || endsTwice(pieces);
}

/** What one answer has one value of. `provider` is OpenRouter's, the last two are Google's. */
const SAME = ['model', 'system_fingerprint', 'provider', 'responseId', 'modelVersion'] as const;

const choicesOf = ({ choices, candidates }: Fields) => listOf(choices ?? candidates).map(fieldsOf);

/** Of the chunks that say something: Azure begins with one that has neither id nor model, and another name of the model. */
function hasTwoValues(chunks: readonly Fields[]): boolean {
  const saying = chunks.filter((chunk) =>
    choicesOf(chunk)
      .map(pieceOf)
      .some(({ saysAny }) => saysAny),
  );
  const valuesOf = (name: string) => saying.map((chunk) => chunk[name]).filter(Boolean);
  return SAME.some((name) => new Set(valuesOf(name)).size > 1);
}

/** Are there several ids in the chunks of a chat completion? A server that gives each chunk an id of its own says nothing by it. */
function hasTwoIds(chunks: readonly Fields[]): boolean {
  const given = chunks.map(({ id }) => id).filter(Boolean);
  const distinct = new Set(given);
  return distinct.size > 1 && distinct.size < given.length;
}

/** Was a chunk made before the one that came before it? A clock may go on during an answer. */
function goesBack(chunks: readonly Fields[]): boolean {
  const times = chunks
    .map(({ created, created_at }) => created ?? Date.parse(String(created_at)))
    .map(Number)
    .filter((time) => time > 0);
  return times.some((time, place) => time < Number(times[place - 1]));
}

function areChunksTorn(parts: readonly Fields[]): boolean {
  const chunks = parts.filter((part) => choicesOf(part).length > 0);
  const pieces = chunks.flatMap(choicesOf).map(pieceOf);
  const places = [...new Set(pieces.map(({ place }) => place))];
  const isTorn = places.some((place) =>
    isChoiceTorn(pieces.filter((each) => each.place === place)),
  );
  const isOfTwo = hasTwoIds(chunks) || hasTwoValues(chunks) || goesBack(chunks);
  return isTorn || isOfTwo || lacksPlace(places);
}

/** The lines of Ollama. */
function areLinesTorn(parts: readonly Fields[]): boolean {
  const lines = parts.filter(({ done }) => typeof done === 'boolean');
  const models = new Set(lines.map(({ model }) => model));
  const end = lines.findIndex(({ done }) => done === true);
  return models.size > 1 || goesBack(lines) || (end >= 0 && end < lines.length - 1);
}

const partOf = (chunk: unknown) => fieldsOf(fieldsOf(chunk).data ?? chunk);

/**
 * Are the chunks those of more than one answer, or is one of them missing or repeated? A gateway that asks again may send the
 * beginning of one answer and the end of another.
 *
 * @param marksParts what {@link StreamRules} says of the adapter
 */
export function isSpliced(chunks: readonly unknown[], marksParts = false): boolean {
  const parts = chunks.map(partOf);
  if (hasOpening(parts) && isOutOfOrder(parts, !marksParts)) return true;
  return hasGap(parts) || isTextTorn(parts) || areChunksTorn(parts) || areLinesTorn(parts);
}

const isError = ({ error, type, object }: Fields) =>
  (Boolean(error) && typeof type !== 'string') || type === 'error' || object === 'error';

/** Between the chunks of a chat completion, servers report a failure in the form of their plain errors. */
function saysFailure(chunk: Fields): boolean {
  const { choices, message, msg, detail, errors } = chunk;
  return !Array.isArray(choices) && [message, msg, detail, errors].some(isGiven);
}

/** Does a chunk say that the answer has failed, in whatever form the provider gives its errors? */
function hasFailed(chunks: readonly unknown[]): boolean {
  const parts = chunks.map(partOf);
  const isChat = parts.some(({ choices }) => listOf(choices).length > 0);
  return parts.some((part) => isError(part) || (isChat && saysFailure(part)));
}

export interface StreamAdmissionRules extends AdmissionRules {
  readonly adapter?: (NonNullable<AdmissionRules['adapter']> & Pick<Adapter, 'stream'>) | undefined;
}

/** How a stream ends, and what its chunks say together. */
const streamRulesOf = ({ adapter = defaultAdapter }: StreamAdmissionRules) => adapter.stream;

/** Judges a stream that has ended. Its chunks may name the model where the assembled answer does not. */
export function judgeStream(
  rules: StreamAdmissionRules,
  chunks: readonly unknown[],
  request: unknown,
): Verdict {
  const stream = streamRulesOf(rules);
  const isUnfinished = !hasFailed(chunks) && isSpliced(chunks, stream.marksParts);
  const response = isUnfinished ? undefined : stream.assemble(chunks);
  if (response === undefined) return { rejection: 'unfinished' };
  const verdict = judge(rules, hasFailed(chunks) ? { error: true } : response, request);
  return { ...verdict, served: verdict.served ?? servedModelInChunks(chunks) };
}

function servedModelInChunks(chunks: readonly unknown[]): Served | undefined {
  for (const chunk of chunks) {
    const served = servedModelIn(chunk);
    if (served !== undefined) return served;
  }
  return undefined;
}

/** A call of a function, whose chunks may be instances of an SDK's classes. */
interface WatchedCall {
  readonly rules: StreamAdmissionRules & {
    readonly adapter?: Pick<Adapter, 'instances'> | undefined;
  };
  readonly request: unknown;
}

/** Gives the verdict on the chunks that a function yields, when all of them have arrived. */
export function watchChunks({ rules, request }: WatchedCall) {
  const chunks: unknown[] = [];
  return {
    observe(chunk: unknown): boolean {
      const written = rules.adapter?.instances?.write(chunk) ?? chunk;
      const plain = written instanceof SdkInstance ? written.fields : written;
      chunks.push(plain);
      return streamRulesOf(rules).ends(plain);
    },
    verdict: () => judgeStream(rules, chunks, request),
  };
}
