import { type Failure, isOfOneCaller, isOutage, says, statusOf } from '../adapter/index.ts';
import type { Flight } from '../flight/index.ts';
import { isLlmCacheError } from '../options/index.ts';
import { eventOf, type KeyedRequest, type PipelineContext } from './request.ts';

/** The SDK may wrap it. */
const isAbort = (failure: unknown) =>
  [failure, Object(failure).cause].some((each) => Object(each).name === 'AbortError');

/** Does an older answer stand in for this failure of the call? */
export function isOutageOf({ call }: KeyedRequest, failure: unknown): boolean {
  if (isOutage(failure)) return true;
  return call.timesOutByAbort === true && call.signal?.aborted !== true && isAbort(failure);
}

/**
 * Is the failure of the leader's call that of a follower, too? An outage is, so that a provider that is out is not called by all at
 * once. Any other failure may be of the leader alone: of its credential, a field that is not in the key, its other items, its
 * time-out, its abort or its connection. The leader's `callTimeout` counts for a follower whose own one is as long or shorter.
 */
export function isShared(
  { call, isSecondTry }: KeyedRequest,
  { callTimeout }: Pick<Flight<unknown>, 'callTimeout'>,
  failure: unknown,
): boolean {
  if (call.signal?.aborted === true) return true;
  const isShorter = callTimeout < call.policy.callTimeout;
  if (isLlmCacheError(failure)) return !isShorter || !isLlmCacheError(failure, 'CALL_TIMEOUT');
  return isOutage(failure) && !isOfOneCaller(failure, isSecondTry);
}

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

/** What is known of a call that failed. */
interface FailedCall {
  /** What was thrown. An answer that is an error has its status instead. */
  readonly error?: unknown;
  readonly status?: string | undefined;
  readonly took: number;
  /** All callers left before the call ended. @default false */
  readonly isLeft?: boolean | undefined;
}

/** Do other items of the same call report this error? */
function isReported({ isPart }: KeyedRequest['call'], error: unknown): boolean {
  if (isPart !== true || typeof error !== 'object' || error === null) return false;
  const isKnown = reported.has(error);
  reported.add(error);
  return isKnown;
}

/** The request was never sent: there was no connection, or the client refused it. */
const NEVER_SENT = new RegExp(
  [
    '^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|E(HOST|NET)(UNREACH|DOWN)|UND_ERR_CONNECT_TIMEOUT|ERR_INVALID_URL',
    '|CERT_HAS_EXPIRED|(DEPTH_ZERO_)?SELF_SIGNED_CERT(_IN_CHAIN)?|UNABLE_TO_\\w+|ERR_TLS_CERT_ALTNAME_INVALID',
    '|AI_(LoadAPIKey|LoadSetting|InvalidPrompt|InvalidArgument|NoSuchModel|UnsupportedFunctionality)Error',
    '|(CredentialsProvider|TokenProvider|SDKValidation|InvalidRequest)Error)$',
  ].join(''),
);

/** A gateway gave up, and the provider behind it may have answered. */
const GATEWAY_TIME_OUTS: ReadonlySet<number> = new Set([504, 524]);

/** A bound, because an error may be its own cause. */
const MAX_CAUSES = 8;

/** The HTTP status that an error names, or what caused it: an error of the AI SDK has that of its last try behind it. */
function statusBehind(error: unknown, depth = 0): number | undefined {
  const failure: Failure = Object(error);
  const cause = failure.cause ?? failure.lastError;
  if (cause === undefined || depth > MAX_CAUSES) return statusOf(failure);
  return statusOf(failure) ?? statusBehind(cause, depth + 1);
}

/**
 * May the provider charge for a call that failed like this? It does not where it refused the call or was out, nor where the
 * call was never sent. What a call costs that timed out, broke or was aborted, or whose answer could not be read, is unknown.
 */
function mayBeCharged({ error, status }: Pick<FailedCall, 'error' | 'status'>): boolean {
  const code = error === undefined ? Number(status) : statusBehind(error);
  if (code !== undefined) return !(code >= 400) || GATEWAY_TIME_OUTS.has(code);
  return !says(error, NEVER_SENT);
}

/** An error of the cache itself, and not of the provider. */
const isOwnError = (error: unknown) =>
  isLlmCacheError(error) && !isLlmCacheError(error, 'CALL_TIMEOUT');

/**
 * A call has one event, whether it is for one item or for many. An error of the cache itself has none: no provider failed.
 * Returns how to take back that its cost is unknown, for an answer that comes after all.
 */
export function emitFailed(
  events: PipelineContext['events'],
  request: KeyedRequest,
  { error, status = failureName(error), took, isLeft = false }: FailedCall,
): (() => void) | undefined {
  const { call, isRevalidation } = request;
  if (isOwnError(error) || isReported(call, error)) return undefined;
  const failed = { ...eventOf(request), took, isRevalidation, error: status };
  const takeBack =
    isLeft || mayBeCharged({ error, status }) ? events.countUnknown(failed) : undefined;
  events.emit('call-failed', failed);
  return takeBack;
}
