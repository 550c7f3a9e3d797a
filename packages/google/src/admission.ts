import {
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  listOf,
  numberOf,
  type Rejection,
  rejectFinish,
  type Usage,
} from '@cached-llm/core';
import { usesHostedTool } from './identity.ts';

/** Thoughts and blank texts say nothing; a signature on them says nothing either. */
const isSilent = (part: unknown) => !isFields(part) || part.thought === true || part.text === '';

function rejectCandidate(candidate: unknown): Rejection | undefined {
  const { finishReason, content } = fieldsOf(candidate);
  const rejected = rejectFinish(finishReason);
  return rejected ?? (listOf(fieldsOf(content).parts).every(isSilent) ? 'empty' : undefined);
}

/** `batchEmbedContents`, `embedContent`, and `predict` on Vertex AI, each with its own shape. */
function vectorsIn({ embedding, embeddings, predictions }: Fields): readonly unknown[] {
  const items = isGiven(embedding) ? [embedding] : listOf(embeddings ?? predictions);
  return items.map((item) => {
    const { values, embeddings: nested } = fieldsOf(item);
    return values ?? fieldsOf(nested).values;
  });
}

/** A vector for each text that was asked for. */
function rejectVectors(response: Fields, request: unknown): Rejection | undefined {
  const { requests, instances } = fieldsOf(request);
  const vectors = vectorsIn(response);
  const asked = Array.isArray(requests ?? instances)
    ? listOf(requests ?? instances).length
    : Math.max(vectors.length, 1);
  const isWhole = vectors.length === asked && vectors.every((values) => listOf(values).length > 0);
  return isWhole ? undefined : 'incomplete';
}

/** Why this answer is not worth keeping; nothing where it is. */
export function rejects(response: unknown, request: unknown): Rejection | undefined {
  if (!isFields(response)) return 'incomplete';
  if (isGiven(response.error)) return 'error';
  if (isGiven(fieldsOf(response.promptFeedback).blockReason)) return 'filtered';
  if (typeof response.totalTokens === 'number') return undefined; // a count of tokens
  if (!Array.isArray(response.candidates)) return rejectVectors(response, request);
  if (usesHostedTool(request)) return 'hosted-tool';
  if (response.candidates.length === 0) return 'empty';
  return response.candidates.map(rejectCandidate).find(isGiven);
}

const sumOf = (counts: readonly unknown[]) => {
  const known = counts.filter((count) => typeof count === 'number');
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0);
};

/** Thoughts are paid for as output. Vertex AI counts an embedding's tokens beside its vector. */
export function usageOf(response: unknown): Usage | undefined {
  const { usageMetadata, predictions } = fieldsOf(response);
  const counted = listOf(predictions).map(
    (item) => fieldsOf(fieldsOf(fieldsOf(item).embeddings).statistics).token_count,
  );
  if (!isFields(usageMetadata)) {
    const inputTokens = sumOf(counted);
    return inputTokens === undefined ? undefined : { inputTokens };
  }
  const { promptTokenCount, toolUsePromptTokenCount } = usageMetadata;
  const { candidatesTokenCount, thoughtsTokenCount } = usageMetadata;
  return {
    inputTokens: sumOf([promptTokenCount, toolUsePromptTokenCount]),
    outputTokens: sumOf([candidatesTokenCount, thoughtsTokenCount]),
    cacheReadTokens: numberOf(usageMetadata.cachedContentTokenCount),
  };
}
