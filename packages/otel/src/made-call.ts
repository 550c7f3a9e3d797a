import type { CacheEvents } from '@cached-llm/core';

/** The event of a call that was made, whatever became of it. */
export type MadeCall =
  | CacheEvents['stored']
  | CacheEvents['not-admitted']
  | CacheEvents['call-failed'];

/** Reasons for which an answer is none: an error in the body, a stream that broke, and callers that all left. */
const FAILURES: Readonly<Record<string, string>> = {
  status: '_OTHER', // where the status itself is not known
  error: 'provider_error',
  failed: 'stream_failed',
  abandoned: 'abandoned',
};

/** `error.type` of a call that failed: the HTTP status, the code, the name of the class, or one of the words above. */
export function errorOf(event: MadeCall): string | undefined {
  if ('error' in event && event.error !== undefined) return event.error;
  return 'reason' in event ? FAILURES[event.reason] : undefined;
}

/** What a call was made for. */
export function purposeOf({ isRevalidation }: MadeCall): 'request' | 'revalidation' {
  return isRevalidation === true ? 'revalidation' : 'request';
}
