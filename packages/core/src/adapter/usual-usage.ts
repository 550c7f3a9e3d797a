import type { Usage } from '../entry/entry.ts';
import { fieldsOf, isGiven, numberOf } from '../key/reading.ts';

/** By what names providers count tokens: OpenAI's, Anthropic's, the AI SDK's, Google's. */
const INPUT = ['prompt_tokens', 'input_tokens', 'inputTokens', 'promptTokenCount'] as const;
const OUTPUT = [
  'completion_tokens',
  'output_tokens',
  'outputTokens',
  'candidatesTokenCount',
] as const;

/** What a response says of its tokens, where no adapter knows it better. */
export function usualUsage(response: unknown): Usage | undefined {
  const { usage, usageMetadata } = fieldsOf(response);
  const counts = fieldsOf(usage ?? usageMetadata);
  const first = (names: readonly string[]) =>
    names.map((name) => numberOf(counts[name])).find(isGiven);
  const said = {
    inputTokens: first(INPUT),
    outputTokens: first(OUTPUT),
    cost: numberOf(counts.cost),
  };
  return Object.values(said).some(isGiven) ? said : undefined;
}
