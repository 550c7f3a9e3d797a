import {
  type Fields,
  finishReasons,
  isFields,
  isGiven,
  type Rejection,
  rejectFinish,
} from '@cached-llm/core';
import { usesHostedTool } from './identity.ts';
import { answerOf } from './usage-of.ts';

/** Where the families of models put what they say, whole or piece by piece. */
const INSIDE = [
  ...['output', 'message', 'results', 'outputs', 'generations', 'completions', 'choices', 'data'],
  ...['pieces', 'delta', 'content_block', 'contentBlockStart', 'contentBlockDelta', 'start'],
  ...['messageStop', 'finishReason'],
];

/** What they call it. Thinking alone says nothing. */
const SAID = [
  ...['content', 'text', 'outputText', 'generation', 'completion', 'partial_json', 'name'],
  ...['tool_calls', 'toolUse', 'embedding', 'embeddings', 'images', 'image'],
];

/** Good ends in the words of Amazon's and AI21's own models. */
const GOOD_ENDS = new Set(['FINISH', 'FINISHED', 'endoftext']);

/** An answer, and every part of it that may say something. */
function partsOf(value: unknown): readonly Fields[] {
  if (Array.isArray(value)) return value.flatMap(partsOf);
  return isFields(value) ? [value, ...INSIDE.flatMap((name) => partsOf(value[name]))] : [];
}

function reasonsOf(part: Fields): readonly unknown[] {
  const { completionReason, reason } = part;
  return [...finishReasons(part), completionReason, reason].filter((word) => word !== undefined);
}

function isSilent(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isSilent);
  if (!isFields(value)) return !isGiven(value) || value === '';
  const isThought = 'reasoningContent' in value || /thinking/.test(String(value.type));
  return isThought || value.text === '';
}

function isEmpty(parts: readonly Fields[]): boolean {
  const said = parts.flatMap((part) =>
    SAID.filter((name) => name in part).map((name) => part[name]),
  );
  return said.length > 0 && said.every(isSilent);
}

/** A reason is null until it is known. */
function rejectEnd(answer: Fields, parts: readonly Fields[]): Rejection | undefined {
  const words = parts.flatMap(reasonsOf);
  const reasons = words.filter(isGiven);
  const isConverse = 'output' in answer || '$metadata' in answer; // and always says why it ends
  if (reasons.length === 0 && (isConverse || words.length > 0)) return 'incomplete';
  return reasons
    .filter((reason) => !GOOD_ENDS.has(String(reason)))
    .map(rejectFinish)
    .find((rejection) => rejection !== undefined);
}

function isBlocked(part: Fields): boolean {
  const { finish_reasons: reasons } = part; // of pictures: null, or why one is missing
  const hasReason = Array.isArray(reasons) && reasons.some(isGiven);
  return hasReason || part['amazon-bedrock-guardrailAction'] === 'INTERVENED';
}

/** Why this answer is not worth keeping; nothing where it is. */
export function rejects(response: unknown, request: unknown): Rejection | undefined {
  const answer = answerOf(response);
  if (!isFields(answer)) return 'incomplete';
  if (isGiven(answer.error)) return 'error';
  if (usesHostedTool(request)) return 'hosted-tool';
  const parts = partsOf(answer);
  if (parts.some(isBlocked)) return 'filtered';
  return rejectEnd(answer, parts) ?? (isEmpty(parts) ? 'empty' : undefined);
}
