import { isOfOneCaller, isOutage } from '../adapter/index.ts';
import { isLlmCacheError } from '../options/index.ts';
import type { KeyedRequest } from './request.ts';

/** The SDK may wrap it. */
const isAbort = (failure: unknown) =>
  [failure, Object(failure).cause].some((each) => Object(each).name === 'AbortError');

/** Does an older answer stand in for this failure of the call? */
export function isOutageOf({ call }: KeyedRequest, failure: unknown): boolean {
  if (isOutage(failure)) return true;
  return call.timesOutByAbort === true && call.signal?.aborted !== true && isAbort(failure);
}

/**
 * Is the failure of the leader's call that of a follower, too? An outage is, so that a provider that is out is not called by
 * all at once. Any other failure may be of the leader alone: of its credential, of a field that is not in the key, of its
 * other items, of its own time-out or abort, or of its connection.
 */
export function isShared({ call, isSecondTry }: KeyedRequest, failure: unknown): boolean {
  if (call.signal?.aborted === true || isLlmCacheError(failure)) return true;
  return isOutage(failure) && !isOfOneCaller(failure, isSecondTry);
}
