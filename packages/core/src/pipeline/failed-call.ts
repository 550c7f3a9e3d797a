import { type Failure, statusOf } from '../adapter/index.ts';
import { isLlmCacheError } from '../options/index.ts';
import { eventOf, type KeyedRequest, type PipelineContext } from './request.ts';

/** What is longer, or has other characters, could repeat the request. */
const FAILURE_NAME = /^[\w.$]{1,64}$/;

/** What kind of error it is, in a word that is no part of its message: `429`, `ECONNRESET`, `APIConnectionError`, or `_OTHER`. */
function failureName(error: unknown): string {
  const failure: Failure = Object(error);
  const { code, name } = failure;
  const ofClass = name === 'Error' ? failure.constructor.name : name; // the classes of some SDKs do not set the name
  const word = statusOf(failure) ?? (typeof code === 'string' ? code : ofClass);
  return word !== undefined && FAILURE_NAME.test(String(word)) ? String(word) : '_OTHER';
}

/** The errors of calls for many items. Each item of such a call fails with the same error. */
const reported = new WeakSet<object>();

/** A call has one event, whether it is for one item or for many. An error of the cache itself has none: no provider failed. */
export function emitFailed(
  events: PipelineContext['events'],
  request: KeyedRequest,
  { error, took }: { readonly error: unknown; readonly took: number },
): void {
  const { call, isRevalidation } = request;
  if (isLlmCacheError(error)) return;
  if (call.isPart === true && typeof error === 'object' && error !== null) {
    if (reported.has(error)) return;
    reported.add(error);
  }
  const event = { ...eventOf(request), took, isRevalidation };
  events.emit('call-failed', { ...event, error: failureName(error) });
}
