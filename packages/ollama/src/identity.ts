/**
 * What the answer does not depend on. All else of a request is in its key, `stream` too: without it the
 * wire streams and the SDK does not, so that absent is a third thing beside true and false.
 */
export const ignore = [
  'keep_alive', // how long the model stays in memory afterwards
] as const;

/** Endpoints that generate. Pulling, creating, showing models and searching the web pass by. */
export function answers(path: string): boolean {
  return /\/api\/(chat|generate|embed|embeddings)$/.test(path);
}
