import {
  admission,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  jsonIn,
  listOf,
  messageOf,
  numberOf,
  type Rejection,
  rejectContent,
  rejectFinish,
  rejectRanking,
  rejectVectors,
  type Usage,
  usageIn,
} from '@cached-llm/core/adapter';
import { offersHostedTool } from './identity.ts';

/** A model says `{ unified, raw }`; a function that returns what `generateText` says has a plain word. */
function rejectReason(reason: unknown): Rejection | undefined {
  const { unified, raw } = isFields(reason) ? reason : { unified: reason, raw: undefined };
  // The raw word is more exact (the unified word for a pause is `stop`), but only where it is known.
  const known = rejectFinish(raw);
  return known === undefined || known === 'incomplete' ? rejectFinish(unified) : known;
}

/** It ran on the provider's side or was found on the web, and would be different on another day. */
function isHosted(part: unknown): boolean {
  if (!isFields(part)) return false;
  const { type, providerExecuted, sourceType } = part;
  const isProviders = type === 'tool-result' || type === 'tool-approval-request';
  return isProviders || providerExecuted === true || (type === 'source' && sourceType === 'url');
}

/** A provider's own tool may take any text, which arrives as JSON of that text. */
function inputOf({ toolName, input }: Fields, params: unknown): unknown {
  const isOwn = listOf(fieldsOf(params).tools).some(
    (tool) => isFields(tool) && tool.name === toolName && tool.type === 'provider',
  );
  return isOwn && typeof jsonIn(input)[0] === 'string' ? {} : input;
}

/** A part without what describes it: ids and signatures of the provider are no answer. */
function saidIn(part: unknown, params: unknown): unknown {
  if (!isFields(part)) return part;
  const { providerMetadata: _about, ...said } = part;
  if (part.type !== 'tool-call') return said;
  // What the provider ran is judged as a hosted tool.
  return part.providerExecuted === true
    ? { ran: String(part.toolName) }
    : { ...said, input: inputOf(part, params) };
}

/** The parts of a model, or the text and the calls in what `generateText` returns. Undefined for a result of the user's own. */
function partsIn({ content, text, toolCalls }: Fields): readonly unknown[] | undefined {
  if (Array.isArray(content)) return content;
  if (typeof text !== 'string') return undefined;
  return [{ type: 'text', text }, ...listOf(toolCalls)];
}

function rejectParts(result: Fields, params: unknown): Rejection | undefined {
  const parts = partsIn(result);
  if (parts === undefined) return undefined;
  const message = messageOf({ content: parts.map((part) => saidIn(part, params)) });
  const { unified } = fieldsOf(result.finishReason);
  const reason = parts.some(isHosted) ? undefined : (unified ?? result.finishReason);
  return rejectContent({ ...message, reason }, params);
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
  return rejectReason(result.finishReason) ?? rejectParts(result, params);
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
  const raw = fieldsOf(usage.raw); // what the provider itself said
  const { cost, details, serviceTier } =
    usageIn('promptTokenCount' in raw ? { usageMetadata: raw } : { usage: raw }) ?? {};
  return {
    inputTokens: countOf(usage.inputTokens ?? usage.tokens),
    outputTokens: countOf(usage.outputTokens),
    cacheReadTokens: numberOf(cacheRead),
    cacheWriteTokens: numberOf(cacheWrite),
    cost,
    details,
    serviceTier,
  };
}
