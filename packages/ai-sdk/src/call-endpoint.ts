import type { CallEndpoint } from '@cached-llm/core/adapter';
import type { ModelRequest } from './identity.ts';
import type { Model } from './model-parts.ts';

/** The AI SDK names the endpoint of a language model in its provider: `openai.completion`, `google.generative-ai`. */
function operationOf({ model: { provider }, operation }: ModelRequest): string {
  if (operation === 'embedding-model') return 'embeddings';
  if (provider.endsWith('.completion')) return 'text_completion';
  return /^(google|vertex)\b/.test(provider) && !/anthropic|openai|maas/i.test(provider)
    ? 'generate_content'
    : 'chat';
}

/** The first host that the settings of a model name. */
function hostOf({ settings }: ModelRequest): Pick<CallEndpoint, 'address' | 'port'> {
  const text = settings?.others.endpoint.map(String).find((url) => URL.canParse(url));
  if (text === undefined) return {};
  const { hostname, port, protocol } = new URL(text);
  return { address: hostname, port: Number(port || (protocol === 'http:' ? 80 : 443)) };
}

/** A model is asked again and again, and to read its URL takes longer than all else here. */
const known = new WeakMap<Model, CallEndpoint>();

/** What a model is asked for, and of which host, as far as it says so. */
export function callEndpoint(asked: ModelRequest): CallEndpoint {
  const found = known.get(asked.model);
  if (found !== undefined) return found;
  const made = Object.freeze({ operation: operationOf(asked), ...hostOf(asked) });
  known.set(asked.model, made);
  return made;
}
