import { BoundedMap, type CallIdentity } from '../key/index.ts';

const FIRST_PAUSE = 1_000;

const LONGEST_PAUSE = 60_000;

/** Models that are remembered. Bounded because their names are the user's. */
const MAX_KNOWN_MODELS = 1_000;

interface Pause {
  readonly pause: number;
  readonly until: number;
}

type Asked = Pick<CallIdentity, 'provider' | 'model'>;

const nameOf = ({ provider, model }: Asked) => JSON.stringify([provider, model]);

/** Which providers have just failed: where there is an older answer, they are left alone for a while. */
export class ProviderBackOff {
  readonly #now: () => number;
  readonly #rests = new BoundedMap<string, Pause>(MAX_KNOWN_MODELS);

  constructor(now: () => number) {
    this.#now = now;
  }

  isBackingOff(asked: Asked): boolean {
    const rest = this.#rests.size === 0 ? undefined : this.#rests.get(nameOf(asked));
    return rest !== undefined && this.#now() < rest.until;
  }

  failed(asked: Asked): void {
    const name = nameOf(asked);
    const rest = this.#rests.get(name);
    // Calls that were under way when it failed say nothing new.
    if (rest !== undefined && this.#now() < rest.until) return;
    const pause = Math.min(rest === undefined ? FIRST_PAUSE : rest.pause * 2, LONGEST_PAUSE);
    this.#rests.set(name, { pause, until: this.#now() + pause });
  }

  succeeded(asked: Asked): void {
    if (this.#rests.size > 0) this.#rests.delete(nameOf(asked));
  }
}

const NETWORK_CODES = /^(E(CONN|HOST|NET|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN)\w*|UND_ERR_\w+|timeout)$/;

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
  return verdict(error) ?? (isCaused || !CALLER_ERRORS.has(String(failure.name)));
}
