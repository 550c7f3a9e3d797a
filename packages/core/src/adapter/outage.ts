const NETWORK_CODES = /^(E(CONN|HOST|NET|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN)\w*|UND_ERR_\w+|timeout)$/;
const MISTAKES = new Set([
  'TypeError',
  'ReferenceError',
  'SyntaxError',
  'RangeError',
  'AbortError',
  'LlmCacheError',
]);

interface Failure {
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly code?: unknown;
  readonly name?: unknown;
  readonly cause?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
}

/** A provider that is overloaded or broken (RFC 5861 §4); any other 4xx is the request's own fault. */
export function isOutageStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** What its status, or its code, says; nothing for an error that has neither. */
function verdict(error: unknown): boolean | undefined {
  if (typeof error !== 'object' || error === null) return false;
  const failure: Failure = error;
  const status = failure.status ?? failure.statusCode ?? failure.$metadata?.httpStatusCode;
  if (typeof status === 'number') return isOutageStatus(status);
  if (NETWORK_CODES.test(String(failure.code))) return true;
  return failure.cause !== undefined && verdict(failure.cause) === true ? true : undefined;
}

/** Does this error say that the provider cannot answer now? */
export function isKnownOutage(error: unknown): boolean {
  return verdict(error) === true;
}

/** Does this error speak of the provider, and not of the request or of the caller's own code? */
export function isOutage(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const failure: Failure = error;
  const { cause } = failure;
  const isCaused = cause !== undefined && isOutage(cause);
  return verdict(error) ?? (isCaused || !MISTAKES.has(String(failure.name)));
}
