import { isLlmCacheError } from '@cached-llm/core';
import { buildResponse } from './response/build-response.ts';

/** In the lists of every SDK of what is not tried again, and in none of what means something else. */
const STATUS = 406;

const FORM = { 'content-type': 'text/plain; charset=utf-8', 'x-should-retry': 'false' };

/**
 * A miss in `replay` mode as an answer. What a `fetch` throws, an SDK takes for a broken connection, calls
 * again, and hides; what a provider says under such a status, it shows at once.
 *
 * @throws any other error, as it is.
 */
export function notRecorded(error: unknown, url: string): Response {
  if (!isLlmCacheError(error, 'REPLAY_MISS')) throw error;
  const head = { status: STATUS, statusText: 'LlmCacheError REPLAY_MISS', headers: FORM };
  const text = `LlmCacheError REPLAY_MISS: ${(error as Error).message}`; // has just been told
  return buildResponse(text, head, { outcome: 'replay-miss', age: 0, url });
}
