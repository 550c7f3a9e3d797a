import {
  isFields,
  isGiven,
  numberOf,
  type Rejection,
  rejectFinish,
  type Usage,
} from '@cached-llm/core';
import { usesHostedTool } from './identity.ts';

/** No content, or nothing but empty texts. */
function isEmpty(content: unknown): boolean {
  const isBlank = (block: unknown) => isFields(block) && block.type === 'text' && !block.text;
  return !Array.isArray(content) || content.every(isBlank);
}

/** Why this answer is not worth keeping; nothing where it is. */
export function rejects(response: unknown, request: unknown): Rejection | undefined {
  if (!isFields(response)) return 'incomplete';
  if (isGiven(response.error)) return 'error';
  if (typeof response.input_tokens === 'number') return undefined; // a count of tokens
  if (usesHostedTool(request)) return 'hosted-tool';
  return rejectFinish(response.stop_reason) ?? (isEmpty(response.content) ? 'empty' : undefined);
}

/** What was read from or written to the provider's prompt cache is not in its `input_tokens`. */
export function usageOf(response: unknown): Usage | undefined {
  const usage = isFields(response) ? response.usage : undefined;
  if (!isFields(usage)) return undefined;
  const read = [
    usage.input_tokens,
    usage.cache_read_input_tokens,
    usage.cache_creation_input_tokens,
  ].map(numberOf);
  const inputTokens = read.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const [, cacheReadTokens, cacheWriteTokens] = read;
  const outputTokens = numberOf(usage.output_tokens);
  return { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens };
}
