import { type Fields, isFields, isGiven } from '@cached-llm/core';

/** What the answer does not depend on. All else of a request is in its key. */
export const ignore = [
  'priority', // a place in the queue: the same model answers
  'stream', // absent, null and false are one thing: the identity has a field of its own for it
] as const;

/** The first version keeps a conversation at the provider. */
export function isStateful({ conversation_id, conversationId }: Fields): boolean {
  return isGiven(conversation_id) || isGiven(conversationId);
}

/** Chat, generate, embed and rerank, of both versions. Jobs, datasets, models and the like pass by. */
export function answers(path: string): boolean {
  return /\/v[12]\/(chat|generate|embed|rerank)$/.test(path);
}

/** Connectors (web search among them) look things up at the provider. */
export function usesHostedTool(request: unknown): boolean {
  const connectors = isFields(request) ? request.connectors : undefined;
  return Array.isArray(connectors) && connectors.length > 0;
}
