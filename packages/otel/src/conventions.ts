import type { Attributes } from '@opentelemetry/api';

/**
 * The release of github.com/open-telemetry/semantic-conventions-genai that names, attributes, units and boundaries are
 * taken from. It is the first one since the conventions left open-telemetry/semantic-conventions at v1.42.0.
 */
export const CONVENTIONS = '0.1.0';

/** Boundaries in seconds, which the conventions ask for. */
export const SECONDS = Array.from({ length: 14 }, (_one, power) => 2 ** power / 100);

/** Boundaries in tokens, which the conventions ask for. */
export const TOKENS = Array.from({ length: 14 }, (_one, power) => 4 ** power);

/** The hosts of providers that have a name in the conventions. */
const HOSTS: readonly (readonly [host: RegExp, name: string])[] = [
  [/(^|\.)api\.openai\.com$/, 'openai'],
  [/^api\.anthropic\.com$/, 'anthropic'],
  [/\.(openai|cognitiveservices)\.azure\.(com|us|cn)$/, 'azure.ai.openai'],
  [/\.(services\.ai|inference\.ai|models\.ai)\.azure\.com$/, 'azure.ai.inference'],
  [/^bedrock-runtime.*\.(amazonaws\.com(\.cn)?|api\.aws)$/, 'aws.bedrock'],
  [/(^|\.)generativelanguage\.googleapis\.com$/, 'gcp.gemini'],
  [/(^|[.-])aiplatform(\.\w+\.rep)?\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/^api\.x\.ai$|\.api\.x\.ai$/, 'x_ai'],
  [/^api\.deepseek\.com$/, 'deepseek'],
  [/^api\.groq\.com$/, 'groq'],
  [/^api\.mistral\.ai$/, 'mistral_ai'],
  [/^api\.moonshot\.(ai|cn)$/, 'moonshot_ai'],
  [/^api\.perplexity\.ai$/, 'perplexity'],
  [/^api\.cohere\.(com|ai)$/, 'cohere'],
  [/\.ml\.cloud\.ibm\.com$/, 'ibm.watsonx.ai'],
];

/** The same providers as the adapters and the AI SDK name them. The first expression that matches counts. */
const NAMES: readonly (readonly [provider: RegExp, name: string])[] = [
  [/^(google[.-]vertex|vertex|vertexai)\b/, 'gcp.vertex_ai'],
  [/^(google|gemini)\b/, 'gcp.gemini'],
  [/^(amazon-)?bedrock\b/, 'aws.bedrock'],
  [/^azure(\.deepseek|-ai|-inference)\b/, 'azure.ai.inference'],
  [/^azure\b/, 'azure.ai.openai'],
  [/^xai\b/, 'x_ai'],
  [/^mistral(ai)?\b/, 'mistral_ai'],
  [/^moonshot(ai)?\b/, 'moonshot_ai'],
  [/^(ibm|watsonx)\b/, 'ibm.watsonx.ai'],
];

/** What the AI SDK adds to the name of a provider. */
const SUFFIX = /\.(chat|responses|completion|messages|embeddings?|textEmbedding|reranking)$/;

const firstOf = (table: typeof HOSTS, text: string) =>
  table.find(([pattern]) => pattern.test(text))?.[1];

/**
 * `gen_ai.provider.name`. The host decides where it is known, because an SDK can ask another provider. A name that the
 * conventions do not have stays as it is.
 */
export function providerName(provider: string, address: string | undefined): string {
  return (
    firstOf(HOSTS, address ?? provider) ?? firstOf(NAMES, provider) ?? provider.replace(SUFFIX, '')
  );
}

/** The metrics of the conventions that a call belongs to. */
export type Family = 'inference' | 'embeddings' | 'other';

const INFERENCE: ReadonlySet<unknown> = new Set(['chat', 'text_completion', 'generate_content']);

export function familyOf({ 'gen_ai.operation.name': operation }: Attributes): Family {
  if (operation === 'embeddings') return 'embeddings';
  return INFERENCE.has(operation) ? 'inference' : 'other';
}
