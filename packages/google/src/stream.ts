import {
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  listOf,
  type StreamRules,
} from '@cached-llm/core/adapter';

const isBlank = (part: Fields) => part.text === '' && Object.keys(part).length === 1;

/** Texts of one kind are one part: answer beside answer, thought beside thought, until one is signed. */
function continues(last: Fields | undefined, part: Fields): last is Fields {
  if (typeof last?.text !== 'string' || typeof part.text !== 'string') return false;
  return last.thought === part.thought && last.thoughtSignature === undefined;
}

function joined(parts: readonly Fields[], part: Fields): readonly Fields[] {
  const last = parts.at(-1);
  if (continues(last, part))
    return [...parts.slice(0, -1), { ...last, ...part, text: `${last.text}${part.text}` }];
  return isBlank(part) ? parts : [...parts, part];
}

/** Fields that describe the piece of text they come with: their lists grow. Every other field is replaced. */
const PIECEWISE = ['citationMetadata', 'logprobsResult'];

function grown(before: unknown, after: unknown): Fields {
  const lists = Object.entries(fieldsOf(before)).map(([name, value]) => {
    const later = fieldsOf(after)[name];
    return [name, Array.isArray(value) ? [...value, ...listOf(later)] : (later ?? value)];
  });
  return { ...fieldsOf(after), ...Object.fromEntries(lists) };
}

function mergeCandidate(before: Fields, candidate: Fields): Fields {
  const content = { ...fieldsOf(before.content), ...fieldsOf(candidate.content) };
  const { parts: earlier } = fieldsOf(before.content);
  const parts = listOf(fieldsOf(candidate.content).parts).filter(isFields);
  const all = parts.reduce(joined, listOf(earlier).filter(isFields));
  const pieces = PIECEWISE.filter((name) => isGiven(before[name]) || isGiven(candidate[name]));
  const merged = pieces.map((name) => [name, grown(before[name], candidate[name])]);
  return {
    ...before,
    ...candidate,
    content: { ...content, parts: all },
    ...Object.fromEntries(merged),
  };
}

function candidatesOf(chunks: readonly Fields[]): readonly Fields[] {
  const candidates = new Map<unknown, Fields>();
  for (const candidate of chunks.flatMap((chunk) => listOf(chunk.candidates)).filter(isFields)) {
    const { index = 0 } = candidate;
    candidates.set(index, mergeCandidate(candidates.get(index) ?? {}, candidate));
  }
  return [...candidates.values()];
}

/** The answer is whole when each candidate says why it ended, or when the prompt was blocked. Arguments that came in pieces stay in pieces. */
function assemble(chunks: readonly unknown[]): Fields | undefined {
  const parts = chunks.filter(isFields);
  const failed = parts.find(ends);
  if (failed !== undefined) return failed;
  const whole: Fields = Object.assign({}, ...parts);
  const candidates = candidatesOf(parts);
  if (candidates.length === 0) {
    return isGiven(fieldsOf(whole.promptFeedback).blockReason) ? whole : undefined;
  }
  const hasEnded = candidates.every(({ finishReason }) => typeof finishReason === 'string');
  return hasEnded ? { ...whole, candidates } : undefined;
}

/** An error is the last chunk, and the SDK does not read on after it. */
const ends = (chunk: unknown) => isFields(chunk) && isGiven(chunk.error);

/** There is no marker of a good end: the last chunk has a finish reason, and then the body ends. */
export const stream: StreamRules = { ends, endsSilently: true, assemble };
