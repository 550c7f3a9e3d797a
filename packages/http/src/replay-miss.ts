import { isLlmCacheError } from '@cached-llm/core';
import type { CallSettings } from './http-call.ts';
import type { HttpRequest } from './request/index.ts';
import type { MadeHead } from './response/index.ts';

/** No SDK retries after this status, and none reads another meaning into it. */
const REPLAY_MISS = { status: 406, statusText: 'LlmCacheError REPLAY_MISS' };

/** What `only-if-cached` gets where nothing is stored (RFC 9111 §5.2.1.7). */
const NOTHING_STORED = { status: 504, statusText: 'Gateway Timeout' };

/** Does the request itself say that nothing is sent for it? */
export const isOnlyIfCached = ({ policy }: CallSettings, { directive }: HttpRequest) =>
  directive === 'only-if-cached' && policy.mode !== 'replay';

/** The text and the head of a response that says that nothing is stored. */
interface Refusal {
  readonly text: string;
  readonly head: MadeHead;
}

/**
 * A miss in `replay` mode as a response. An SDK takes an error that its `fetch` throws for a broken connection, calls again, and
 * hides the error. A response with such a status is shown at once.
 *
 * @throws any other error, as it is.
 */
export function replayMiss(error: unknown, settings: CallSettings, request: HttpRequest): Refusal {
  if (!isLlmCacheError(error, 'REPLAY_MISS')) throw error;
  const line = isOnlyIfCached(settings, request) ? NOTHING_STORED : REPLAY_MISS;
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-should-retry': 'false' };
  const text = `LlmCacheError REPLAY_MISS: ${(error as Error).message}`; // checked in the first line
  return { text, head: { ...line, headers } };
}
