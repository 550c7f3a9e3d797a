import {
  admission,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  listOf,
  numberOf,
  type Rejection,
  rejectFinish,
  rejectRanking,
  rejectVectors,
  type Usage,
} from '@cached-llm/core/adapter';
import { offersHostedTool } from './identity.ts';

/** A model says `{ unified, raw }`; a function that returns what `generateText` says has a plain word. */
function rejectReason(reason: unknown): Rejection | undefined {
  const { unified, raw } = isFields(reason) ? reason : { unified: reason, raw: undefined };
  // The raw word is more exact (the unified word for a pause is `stop`), but only where it is known.
  const known = rejectFinish(raw);
  return known === undefined || known === 'incomplete' ? rejectFinish(unified) : known;
}

/** Thoughts and sources are no answer, and neither is an empty text. */
function isAnswer(part: unknown): boolean {
  if (!isFields(part) || part.type === 'reasoning' || part.type === 'source') return false;
  return part.type !== 'text' || (typeof part.text === 'string' && part.text !== '');
}

/** It ran on the provider's side or was found on the web, and would be different on another day. */
function isHosted(part: unknown): boolean {
  if (!isFields(part)) return false;
  const { type, providerExecuted, sourceType } = part;
  const isProviders = type === 'tool-result' || type === 'tool-approval-request';
  return isProviders || providerExecuted === true || (type === 'source' && sourceType === 'url');
}

function rejectContent(content: unknown): Rejection | undefined {
  return Array.isArray(content) && !content.some(isAnswer) ? 'empty' : undefined;
}

/** There must be one vector for each value of the request. Some providers have their own option for its length. */
function rejectEmbeddings(embeddings: unknown, params: unknown): Rejection | undefined {
  const { values, dimensions, providerOptions } = fieldsOf(params);
  const options = Object.values(fieldsOf(providerOptions)).map(fieldsOf);
  const named = options.map(
    (option) => option.dimensions ?? option.outputDimensionality ?? option.outputDimension,
  );
  const count = Array.isArray(values) ? values.length : undefined;
  return rejectVectors(listOf(embeddings), {
    count,
    dimensions: [dimensions, ...named].find(isGiven),
  });
}

/** What `rerank` returns names the place of a document in the request `originalIndex`, and a model names it `index`. */
function rejectDocuments(ranking: readonly unknown[], params: unknown): Rejection | undefined {
  const { documents, topN: top } = fieldsOf(params);
  const scored = ranking.map(fieldsOf).map(({ index, originalIndex, score, relevanceScore }) => ({
    index: index ?? originalIndex,
    score: score ?? relevanceScore,
  }));
  const values = isFields(documents) ? documents.values : documents;
  return rejectRanking(scored, { count: listOf(values).length, top });
}

function rejectAnswer(result: Fields, params: unknown): Rejection | undefined {
  if (result.error !== undefined) return 'error';
  if (Array.isArray(result.ranking)) return rejectDocuments(result.ranking, params);
  if ('embedding' in result) return rejectEmbeddings([result.embedding], {});
  if ('embeddings' in result) return rejectEmbeddings(result.embeddings, params);
  return rejectReason(result.finishReason) ?? rejectContent(result.content);
}

/** Why a result is not stored; undefined where it may be. */
export const rejects = admission({
  rejectAnswer,
  isHosted: (params, result) =>
    !('embeddings' in result) &&
    (offersHostedTool(params) || listOf(result.content).some(isHosted)),
});

const countOf = (tokens: unknown) => numberOf(isFields(tokens) ? tokens.total : tokens);

/** The usage of either kind of model. Some providers, such as OpenRouter, also say the cost. */
export function usageOf(result: unknown): Usage | undefined {
  const { usage } = fieldsOf(result);
  if (!isFields(usage)) return undefined;
  const { cacheRead, cacheWrite } = fieldsOf(usage.inputTokens);
  return {
    inputTokens: countOf(usage.inputTokens ?? usage.tokens),
    outputTokens: countOf(usage.outputTokens),
    cacheReadTokens: numberOf(cacheRead),
    cacheWriteTokens: numberOf(cacheWrite),
    cost: countOf(fieldsOf(usage.raw).cost),
  };
}
