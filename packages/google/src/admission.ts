import {
  admission,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  listOf,
  numberOf,
  offersTool,
  type Rejection,
  rejectChoices,
  type Usage,
} from '@cached-llm/core/adapter';
import { rejectEmbeddings } from './embeddings.ts';
import { settingsOf } from './identity.ts';

/** Tools that the caller's side runs. What any other tool finds depends on time or on state elsewhere. */
const OWN_TOOLS = /^(functionDeclarations|function_declarations|computerUse|computer_use)$/;

/** A thought and an empty text say nothing, signed or not. */
const isSilentPart = (part: unknown) =>
  !isFields(part) || part.thought === true || part.text === '';

function rejectContent({ content }: Fields): Rejection | undefined {
  return listOf(fieldsOf(content).parts).every(isSilentPart) ? 'empty' : undefined;
}

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  if (isGiven(response.error)) return 'error';
  if (isGiven(fieldsOf(response.promptFeedback).blockReason)) return 'filtered';
  if (typeof response.totalTokens === 'number') return undefined; // a count of tokens
  if (!Array.isArray(response.candidates)) return rejectEmbeddings(response, request);
  return rejectChoices(response.candidates, rejectContent);
}

const isHostedTool = (tool: Fields) =>
  Object.entries(tool).some(([name, value]) => isGiven(value) && !OWN_TOOLS.test(name));

/** Why a response is not stored; undefined where it may be. */
export const rejects = admission({
  rejectAnswer,
  isHosted: (request, { candidates }) =>
    Array.isArray(candidates) && offersTool(settingsOf(request), isHostedTool),
});

const sumOf = (counts: readonly unknown[]) => {
  const known = counts.filter((count) => typeof count === 'number');
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0);
};

/** Thoughts are paid for as output. Vertex AI counts the tokens of an embedding beside its vector. */
export function usageOf(response: unknown): Usage | undefined {
  const { usageMetadata: usage, predictions } = fieldsOf(response);
  if (isFields(usage)) {
    return {
      inputTokens: sumOf([usage.promptTokenCount, usage.toolUsePromptTokenCount]),
      outputTokens: sumOf([usage.candidatesTokenCount, usage.thoughtsTokenCount]),
      cacheReadTokens: numberOf(usage.cachedContentTokenCount),
    };
  }
  const statistics = listOf(predictions).map(
    (item) => fieldsOf(fieldsOf(item).embeddings).statistics,
  );
  const inputTokens = sumOf(statistics.map((each) => fieldsOf(each).token_count));
  return inputTokens === undefined ? undefined : { inputTokens };
}
