import { BoundedMap, type CallIdentity } from '../key/index.ts';

/** Milliseconds. Each further failure doubles the pause, up to the longest. */
const FIRST_PAUSE = 1_000;

const LONGEST_PAUSE = 60_000;

/** A bound, because the names of models are the user's. */
const MAX_KNOWN_MODELS = 1_000;

interface Pause {
  readonly milliseconds: number;
  readonly until: number;
}

type AskedModel = Pick<CallIdentity, 'provider' | 'model'>;

const nameOf = ({ provider, model }: AskedModel) => JSON.stringify([provider, model]);

/** The models that have just failed. Where an older answer can be served, they are not called for a while. */
export class ProviderBackOff {
  readonly #now: () => number;
  readonly #pauses = new BoundedMap<string, Pause>(MAX_KNOWN_MODELS);

  constructor(now: () => number) {
    this.#now = now;
  }

  isBackingOff(asked: AskedModel): boolean {
    // An empty map is not asked, because a name takes as long as all else.
    return this.#pauses.size > 0 && this.#isPaused(this.#pauses.get(nameOf(asked)));
  }

  failed(asked: AskedModel): void {
    const name = nameOf(asked);
    const last = this.#pauses.get(name);
    // A call that was under way when another one failed adds nothing.
    if (this.#isPaused(last)) return;
    const milliseconds = last === undefined ? FIRST_PAUSE : last.milliseconds * 2;
    const pause = Math.min(milliseconds, LONGEST_PAUSE);
    this.#pauses.set(name, { milliseconds: pause, until: this.#now() + pause });
  }

  succeeded(asked: AskedModel): void {
    if (this.#pauses.size > 0) this.#pauses.delete(nameOf(asked));
  }

  #isPaused(pause: Pause | undefined): boolean {
    return pause !== undefined && this.#now() < pause.until;
  }
}

const NETWORK_CODES = /^(E(CONN|HOST|NET|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN)\w*|UND_ERR_\w+|timeout)$/;

/** Errors of the caller's own code, of a caller that left, and of the cache. */
const CALLER_ERRORS = new Set([
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

/** Does this HTTP status mean that the provider is overloaded or broken (RFC 5861 §4)? Any other 4xx is the request's own fault. */
export function isOutageStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Is it an outage by its status or its code? Undefined for an error that has neither. */
function outageByCode(error: unknown): boolean | undefined {
  if (typeof error !== 'object' || error === null) return false;
  const failure: Failure = error;
  const status = failure.status ?? failure.statusCode ?? failure.$metadata?.httpStatusCode;
  if (typeof status === 'number') return isOutageStatus(status);
  if (NETWORK_CODES.test(String(failure.code))) return true;
  return failure.cause !== undefined && outageByCode(failure.cause) === true ? true : undefined;
}

/** Does the status or the code of this error mean that the provider cannot answer now? */
export function isKnownOutage(error: unknown): boolean {
  return outageByCode(error) === true;
}

/** Is the provider the cause of this error, and not the request or the caller's own code? An unknown error is an outage. */
export function isOutage(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const failure: Failure = error;
  const { cause } = failure;
  const isCaused = cause !== undefined && isOutage(cause);
  return outageByCode(error) ?? (isCaused || !CALLER_ERRORS.has(String(failure.name)));
}
