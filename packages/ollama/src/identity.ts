/**
 * What the answer does not depend on. Every other field of a request is in its key, `stream` too. If it is absent, the server
 * streams and the SDK does not, so absent is a third value beside true and false.
 */
export const ignore = [
  'keep_alive', // how long the model stays in memory afterwards
] as const;

/** Is this an endpoint that generates? Pulling, creating and showing models and web search bypass the cache. */
export function answers(path: string): boolean {
  return /\/api\/(chat|generate|embed|embeddings)$/.test(path);
}
