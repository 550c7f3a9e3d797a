import {
  type Adapter,
  defaultAdapter,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  isSpliced,
  listOf,
  messagesIn,
  type Rejection,
  rejectContent,
  rejectMessage,
  rejectMessages,
  rejectRanking,
  saysNothing,
  worstOf,
} from '@cached-llm/core/adapter';
import { assembleKnown } from './known-streams.ts';
import { rejectKnownVectors } from './known-vectors.ts';

const isFailureCode = (code: unknown) => isGiven(code) && Number(code) !== 0;

/** Does an API say here, under a status that means success, that the request has failed? */
function isFailure(response: Fields): boolean {
  const { errors, success, error_code: baidu, base_resp: minimax, code, msg, message } = response;
  if (listOf(errors).length > 0 || success === false || isFailureCode(baidu)) return true;
  if (isFailureCode(fieldsOf(minimax).status_code)) return true;
  return isFailureCode(code) && [msg, message].some((text) => typeof text === 'string');
}

/** Gemini streams a list of answers where it is not asked for events: the candidates of all of them together. */
function joinedCandidates(chunks: readonly Fields[]): readonly Fields[] {
  const pieces = chunks.flatMap(({ candidates }) => listOf(candidates)).map(fieldsOf);
  const places = new Set(pieces.map(({ index = 0 }) => index));
  return [...places].map((place) => {
    const own = pieces.filter(({ index = 0 }) => index === place);
    const parts = own.flatMap(({ content }) => listOf(fieldsOf(content).parts));
    const { finishReason } = own.findLast((piece) => isGiven(piece.finishReason)) ?? {};
    return { content: { parts }, finishReason };
  });
}

/** An answer that came as a list, in the words of those that come as a record. */
function fieldsOfList(list: readonly unknown[]): Fields {
  if (list.length > 0 && list.every(Array.isArray)) return { embeddings: list };
  const items = list.filter(isFields);
  const [first = {}] = items;
  if (items.length !== list.length) return {};
  if ('generated_text' in first || 'score' in first) return { results: items };
  if ('embedding' in first) {
    const vectors = items.map(({ embedding }) => embedding);
    // llama.cpp returns a list of vectors for each text, and mostly one in it.
    return {
      embeddings: vectors.map((each) => (Array.isArray(listOf(each)[0]) ? listOf(each)[0] : each)),
    };
  }
  const all: Fields = Object.assign({}, ...items);
  if (!('candidates' in all)) return all;
  return isSpliced(items) ? {} : { ...all, candidates: joinedCandidates(items) };
}

/** The documents that a request ranks. Undefined for any other request. */
const documentsIn = ({ query, documents, texts, inputs }: Fields) =>
  isGiven(query) ? [documents, texts, inputs].find(Array.isArray) : undefined;

function rejectRanked(response: Fields, request: Fields, count: number): Rejection | undefined {
  const { results, data } = response;
  const ranking = listOf(results ?? data).map(fieldsOf);
  const { return_options: options } = fieldsOf(request.parameters); // watsonx
  const top = request.top_n ?? request.top_k ?? fieldsOf(options).top_n;
  const scored = ranking.map(({ index, score, relevance_score = score }) => ({
    index,
    score: relevance_score,
  }));
  return rejectRanking(scored, { count, top });
}

/** One text of a server or a family of models that has no place for a message. */
function rejectText(part: Fields, request: Fields): Rejection | undefined {
  const { generated_text, outputText, generation, completion, text, data, content, stop } = part;
  const texts = [generated_text, outputText, generation, completion, text, fieldsOf(data).text];
  const said = [...texts, stop === true ? content : undefined].find(isGiven);
  if (said === undefined) return 'incomplete';
  if (part.stopped_limit === true || part.truncated === true) return 'truncated'; // llama.cpp
  const { finishReason, finish_reason, stop_reason, completionReason, details } = part;
  const given = [fieldsOf(finishReason).reason, fieldsOf(details).finish_reason, completionReason];
  const reason = [...given, finish_reason, stop_reason].find(isGiven);
  // Text Generation Inference gives the reason on request; llama.cpp has said above that it has come to its end.
  const hasNone = typeof generated_text === 'string' || stop === true;
  const message = { content: said, calls: [], reason: reason ?? (hasNone ? 'stop' : undefined) };
  return rejectMessage(message, request);
}

/** Pictures of InvokeModel. A family says beside them why one is missing. */
function rejectPictures(response: Fields): Rejection | undefined {
  const { images, artifacts, finish_reasons: reasons } = response;
  const made = listOf(artifacts).map(fieldsOf);
  const isHeldBack = made.some(({ finishReason }) => finishReason !== 'SUCCESS');
  if (isHeldBack || listOf(reasons).some(isGiven)) return 'filtered';
  const pictures = [...listOf(images), ...made.map(({ base64 }) => base64)];
  return pictures.some(saysNothing) ? 'empty' : undefined;
}

/** Why an answer that is no vector and no ranking is not stored. */
function rejectSaid(response: Fields, request: Fields): Rejection | undefined {
  if (isGiven(response.done) && response.done !== true) return 'incomplete';
  const [message] = messagesIn(response) ?? [];
  // A response of the Responses API says its end in `status`, which the rules for every provider read.
  if (response.object === 'response')
    return message ? rejectContent(message, request) : 'incomplete';
  if (message !== undefined) return rejectMessages(response, request);
  if (listOf(response.images ?? response.artifacts).length > 0) return rejectPictures(response);
  const { results, outputs, completions } = response;
  const texts = [results, outputs, completions].find(Array.isArray) ?? [response];
  if (texts.length === 0) return 'incomplete';
  return worstOf(texts.map((part: unknown) => rejectText(fieldsOf(part), request)));
}

/** Why an answer is not stored: it is in no known form, or it lacks the good end of its form. */
function rejectKnown(response: Fields, request: Fields): Rejection | undefined {
  const documents = documentsIn(request);
  if (documents !== undefined) return rejectRanked(response, request, documents.length);
  const vectors = rejectKnownVectors(response, request);
  return vectors === 'none' ? rejectSaid(response, request) : vectors;
}

function rejectFailure(response: unknown, request: unknown): Rejection | undefined {
  if (isFields(response) && isFailure(response)) return 'error';
  return defaultAdapter.rejects(response, request);
}

type Rules = Omit<Adapter, 'provider'>;

/** For an endpoint that the user names: it may answer in any form, and only known failures are rejected. */
export const anyAnswer: Rules = { ...defaultAdapter, rejects: rejectFailure };

/** For the known endpoints, where there is no adapter: only an answer in a known form is stored. */
export const knownAnswer: Rules = {
  ...defaultAdapter,
  rejects(given, request) {
    const response = Array.isArray(given) ? fieldsOfList(given) : given;
    const asked = fieldsOf(request);
    const rejected = rejectFailure(response, request);
    if (rejected !== undefined && rejected !== 'hosted-tool') return rejected;
    return rejectKnown(fieldsOf(response), asked) ?? rejected;
  },
  stream: {
    ...defaultAdapter.stream,
    assemble(chunks) {
      if (chunks.some((chunk) => isFields(chunk) && isFailure(chunk))) return { error: true };
      const judged = defaultAdapter.stream.assemble(chunks);
      if (judged === undefined || defaultAdapter.rejects(judged, undefined) !== undefined) {
        return judged;
      }
      return assembleKnown(chunks);
    },
  },
};
