import { fieldsOf, isFields, type Usage } from '@cached-llm/core';
import { jsonIn } from './identity.ts';

/** What the model answered: InvokeModel gives it as bytes. */
export function answerOf(response: unknown): unknown {
  const body = fieldsOf(response).body ?? response;
  return isFields(body) ? body : jsonIn(body);
}

function firstNumber(...values: readonly unknown[]): number | undefined {
  return values.find((value) => typeof value === 'number');
}

/** What was read from or written to the prompt cache is in no count of input tokens. */
export function usageOf(response: unknown): Usage | undefined {
  const answer = fieldsOf(answerOf(response));
  const usage = fieldsOf(answer.usage);
  const metrics = fieldsOf(answer['amazon-bedrock-invocationMetrics']);
  const result = fieldsOf(Array.isArray(answer.results) ? answer.results[0] : undefined);
  const read = firstNumber(usage.cacheReadInputTokens, usage.cache_read_input_tokens);
  const written = firstNumber(usage.cacheWriteInputTokens, usage.cache_creation_input_tokens);
  const input =
    firstNumber(usage.inputTokens, usage.input_tokens, usage.prompt_tokens) ??
    firstNumber(answer.inputTextTokenCount, answer.prompt_token_count, metrics.inputTokenCount);
  const outputTokens =
    firstNumber(usage.outputTokens, usage.output_tokens, usage.completion_tokens) ??
    firstNumber(result.tokenCount, answer.generation_token_count, metrics.outputTokenCount);
  if (input === undefined && outputTokens === undefined) return undefined;
  const inputTokens = input === undefined ? input : input + (read ?? 0) + (written ?? 0);
  return { inputTokens, outputTokens, cacheReadTokens: read, cacheWriteTokens: written };
}
