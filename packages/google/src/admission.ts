import {
  admission,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  isHostedCandidate,
  listOf,
  numberOf,
  offersTool,
  type Rejection,
  rejectMessages,
  type Usage,
  usageIn,
  worstOf,
} from '@cached-llm/core/adapter';
import { rejectEmbeddings } from './embeddings.ts';
import { settingsOf } from './identity.ts';

/** Tools that the caller's side runs. What any other tool finds depends on time or on state elsewhere. */
const OWN_TOOLS = /^(functionDeclarations|function_declarations|computerUse|computer_use)$/;

const candidatesOf = ({ candidates }: Fields) => listOf(candidates).map(fieldsOf);

const partsOf = ({ content }: Fields) => listOf(fieldsOf(content).parts).map(fieldsOf);

const isBlocked = (rating: unknown) => fieldsOf(rating).blocked === true;

/** Was the prompt, or a part of the answer, held back? A candidate may say so under the reason STOP. */
function isFiltered(response: Fields): boolean {
  const { blockReason, safetyRatings } = fieldsOf(response.promptFeedback);
  const ratings = candidatesOf(response).flatMap((candidate) => listOf(candidate.safetyRatings));
  return isGiven(blockReason) || [...listOf(safetyRatings), ...ratings].some(isBlocked);
}

const isPicture = (part: Fields) =>
  /^image\//.test(String(fieldsOf(part.inlineData).mimeType ?? fieldsOf(part.fileData).mimeType));

/** Vertex AI streams the arguments of a call in pieces; all after the first have no name, and the SDK passes them on so. */
const isPieceOfCall = ({ functionCall }: Fields) =>
  isFields(functionCall) && !isGiven(functionCall.name) && !isGiven(functionCall.args);

const hasBegun = (part: Fields) => fieldsOf(part.functionCall).willContinue === true;

/** The candidate without the pieces that continue a call. */
function withWholeCalls(candidate: Fields): Fields {
  const parts = partsOf(candidate);
  if (!parts.some(hasBegun)) return candidate;
  const content = {
    ...fieldsOf(candidate.content),
    parts: parts.filter((part) => !isPieceOfCall(part)),
  };
  return { ...candidate, content };
}

/** Each candidate that was asked for is there, and says something; another picture is wanted each time. */
function rejectCandidates(response: Fields, request: unknown): Rejection | undefined {
  const candidates = candidatesOf(response);
  const { generationConfig, candidateCount } = settingsOf(request);
  const count = numberOf(fieldsOf(generationConfig).candidateCount ?? candidateCount) ?? 1;
  const hasPicture = candidates.flatMap(partsOf).some(isPicture);
  const isWhole = candidates.length >= count && !hasPicture;
  const said = {
    ...response,
    candidates: listOf(response.candidates).map((each) =>
      isFields(each) ? withWholeCalls(each) : each,
    ),
  };
  return worstOf([rejectMessages(said, request), isWhole ? undefined : 'incomplete']);
}

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  if (isGiven(response.error)) return 'error';
  if (isFiltered(response)) return 'filtered';
  if (typeof response.totalTokens === 'number') return undefined; // a count of tokens
  if (!Array.isArray(response.candidates)) return rejectEmbeddings(response, request);
  return rejectCandidates(response, request);
}

const isHostedTool = (tool: Fields) =>
  Object.entries(tool).some(([name, value]) => isGiven(value) && !OWN_TOOLS.test(name));

/** Why a response is not stored; undefined where it may be. */
export const rejects = admission({
  rejectAnswer,
  isHosted: (request, response) =>
    Array.isArray(response.candidates) &&
    (offersTool(settingsOf(request), isHostedTool) ||
      candidatesOf(response).some(isHostedCandidate)),
});

/** Vertex AI counts the tokens of an embedding beside its vector. */
export function usageOf(response: unknown): Usage | undefined {
  const { predictions } = fieldsOf(response);
  const counts = listOf(predictions)
    .map((item) => fieldsOf(fieldsOf(fieldsOf(item).embeddings).statistics).token_count)
    .filter((count) => typeof count === 'number');
  if (counts.length === 0) return usageIn(response);
  return { inputTokens: counts.reduce((sum, count) => sum + count, 0) };
}
