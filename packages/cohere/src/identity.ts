import { type Fields, isGiven } from '@cached-llm/core/adapter';

/** What the answer does not depend on. Every other field of a request is in its key. */
export const ignore = [
  'priority', // a place in the queue: the same model answers
  'stream', // absent, null and false mean the same: the identity has a field of its own for it
] as const;

/** In the first version of the API the provider stores conversations. */
export function isStateful({ conversation_id, conversationId }: Fields): boolean {
  return isGiven(conversation_id) || isGiven(conversationId);
}

/** Is this chat, generate, embed or rerank, of either version? Jobs, datasets, models and the like bypass the cache. */
export function answers(path: string): boolean {
  return /\/v[12]\/(chat|generate|embed|rerank)$/.test(path);
}
