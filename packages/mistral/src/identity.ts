import { type Fields, isGiven } from '@cached-llm/core/adapter';

/** What the answer does not depend on, wherever it is asked for. Every other field of a request is in its key. */
export const ignore = [
  'stream', // absent and false mean the same: the identity has a field of its own for it
] as const;

/** What it does not depend on at the provider's own hosts (docs.mistral.ai/api). A gateway may route by it. */
export const atOwnHosts = {
  hosts: /^(?:api|codestral)\.mistral\.ai$/,
  ignore: [
    'metadata', // for the account's own lists: the model never sees it
    'prompt_cache_key', // routing to a warm prompt cache: price and latency only
    'promptCacheKey',
    'service_tier', // the same model behind another queue
    'serviceTier',
  ],
} as const;

/** Does the answer depend on an agent or a conversation, which the provider stores and changes? */
export function isStateful(request: Fields): boolean {
  const { agent_id, agentId, conversation_id, conversationId } = request;
  return [agent_id, agentId, conversation_id, conversationId].some(isGiven);
}

/** Is this chat, fill-in-the-middle or embeddings? Agents, conversations, files, OCR and the like bypass the cache. */
export function answers(path: string): boolean {
  return /\/((chat|fim)\/completions|embeddings)$/.test(path);
}
