import type { Meter } from '@opentelemetry/api';
import { type Family, SECONDS, TOKENS } from './conventions.ts';

function durations(meter: Meter) {
  const duration = (family: string) =>
    meter.createHistogram(`gen_ai.client.${family}.duration`, {
      description: 'How long a call took, to the end of a stream.',
      unit: 's',
      advice: { explicitBucketBoundaries: SECONDS },
    });
  return {
    inference: duration('inference'),
    embeddings: duration('embeddings'),
    other: duration('operation'),
  } satisfies Record<Family, unknown>;
}

function usages(meter: Meter) {
  const usage = (kind: string, description: string) =>
    meter.createCounter(`gen_ai.client.inference.usage.${kind}`, { description, unit: '{token}' });
  return {
    inputTokens: usage('input_tokens', 'Tokens of requests, with those of a prompt cache.'),
    outputTokens: usage('output_tokens', 'Tokens of answers.'),
    cacheReadTokens: usage('cache_read.input_tokens', 'Input tokens read from a prompt cache.'),
    cacheWriteTokens: usage('cache_write.input_tokens', 'Input tokens written to a prompt cache.'),
    reasoningTokens: usage('reasoning.output_tokens', 'Output tokens of the reasoning.'),
  };
}

function distributions(meter: Meter) {
  const tokens = (name: string, description: string) =>
    meter.createHistogram(`gen_ai.client.${name}`, {
      description,
      unit: '{token}',
      advice: { explicitBucketBoundaries: TOKENS },
    });
  return {
    input: tokens('inference.operation.input_tokens', 'Input tokens of a call.'),
    output: tokens('inference.operation.output_tokens', 'Output tokens of a call.'),
    embedded: tokens('embeddings.operation.input_tokens', 'Input tokens of a call.'),
  };
}

/** The metrics of the conventions. A hit is in none of them, because no call was made for it. */
export function genAiInstruments(meter: Meter) {
  return { duration: durations(meter), usage: usages(meter), perCall: distributions(meter) };
}
