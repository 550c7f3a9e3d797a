import { type Fields, isFields, isGiven } from '@cached-llm/core';

/** What the answer does not depend on, as the wire and as the SDK write it. All else is in the key. */
export const ignore = [
  'metadata', // for the account's own lists: the model never sees it
  'prompt_cache_key', // routing to a warm prompt cache: price and latency only
  'promptCacheKey',
  'service_tier', // the same model behind another queue
  'serviceTier',
  'stream', // absent and false are one thing: the identity has a field of its own for it
] as const;

/** An agent and a conversation are kept, and changed, at the provider. */
export function isStateful(request: Fields): boolean {
  const { agent_id, agentId, conversation_id, conversationId } = request;
  return [agent_id, agentId, conversation_id, conversationId].some(isGiven);
}

/** Chat, fill-in-the-middle and embeddings. Agents, conversations, files, OCR and the like pass by. */
export function answers(path: string): boolean {
  return /\/((chat|fim)\/completions|embeddings)$/.test(path);
}

/** Web search, code interpreter, image generation, libraries, connectors: whatever is no function. */
export function usesHostedTool(request: unknown): boolean {
  if (!isFields(request) || !Array.isArray(request.tools)) return false;
  return request.tools.some(
    (tool) => isFields(tool) && isGiven(tool.type) && tool.type !== 'function',
  );
}
