/** The signal of the caller, where an SDK sends one of its own, which its time-out fires, too. */
const CALLER_SIGNAL = Symbol('the signal of the caller');

interface InitWithCaller extends RequestInit {
  readonly [CALLER_SIGNAL]?: AbortSignal | null;
}

/**
 * The same init, which says whose abort is the caller's: an SDK ends a request whose time is over by the same signal,
 * and `staleIfError` has an older answer for that one only. The SDK may copy the init.
 */
export function withCallerSignal(
  init: RequestInit | undefined,
  caller: AbortSignal | null | undefined,
): RequestInit {
  const shown: InitWithCaller = { ...init, [CALLER_SIGNAL]: caller ?? null };
  return shown;
}

/** Whether a time-out has fired `signal`, and not the caller. Undefined where only the reason of `signal` says it. */
export function timeOutOf(
  init: InitWithCaller,
  signal: AbortSignal | undefined,
): (() => boolean) | undefined {
  const caller = init[CALLER_SIGNAL];
  return caller === undefined
    ? undefined
    : () => signal?.aborted === true && caller?.aborted !== true;
}
