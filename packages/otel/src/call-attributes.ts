import type { Attributes } from '@opentelemetry/api';

/** Whose answer an event is about. */
interface Called {
  readonly provider: string;
  readonly model?: string | undefined;
}

/** Providers that the semantic conventions name otherwise than their adapter does. */
const WELL_KNOWN: ReadonlyMap<string, string> = new Map([
  ['azure', 'azure.ai.openai'],
  ['bedrock', 'aws.bedrock'],
  ['google', 'gcp.gemini'],
  ['mistral', 'mistral_ai'],
]);

const EMBEDDING = /embed/i;

/** By the semantic conventions; the AI SDK's `openai.chat` is `openai`. */
export function callAttributes({ provider, model }: Called): Attributes {
  const name = provider.replace(/\.(chat|responses|completion|embedding|messages)$/, '');
  const attributes = {
    'gen_ai.provider.name': WELL_KNOWN.get(name) ?? name,
    'gen_ai.operation.name': EMBEDDING.test(model ?? '') ? 'embeddings' : 'chat',
  };
  return model === undefined ? attributes : { ...attributes, 'gen_ai.request.model': model };
}
