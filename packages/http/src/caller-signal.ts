/** The signal of the caller, where an SDK sends one of its own, which its time-out fires, too. */
const CALLER_SIGNAL = Symbol('the signal of the caller');

interface InitWithCaller extends RequestInit {
  readonly [CALLER_SIGNAL]?: AbortSignal | null;
}

/**
 * The same init, which says whose abort is the caller's. An SDK also ends a request whose time is over by the same signal, and
 * `staleIfError` has an older answer for that one only. The SDK may copy the init.
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

/** The signal that is sent, and that of the caller, which a stream of an SDK may hold. */
export function signalsOf(init: InitWithCaller = {}): (AbortSignal | null | undefined)[] {
  return [init.signal, init[CALLER_SIGNAL]];
}

interface ReadBody {
  /** The body of a response, which its reader holds. */
  readonly body: ReadableStream;
  /** Ends the reading. */
  readonly reading: AbortController;
}

/** Each body holds what ends its reading, and nothing else does. */
const readings = new WeakMap<ReadableStream, AbortController>();

const collected = new FinalizationRegistry<() => void>((removeListener) => removeListener());

/**
 * Lets the caller's abort end the reading of a body. A signal may outlive thousands of answers (one ends a whole server):
 * it gets no listener, and what follows it leaves with the body.
 */
export function endWith(signal: AbortSignal, { body, reading }: ReadBody): void {
  const held = new WeakRef(reading);
  const end = () => held.deref()?.abort(signal.reason);
  if (signal.aborted) end();
  readings.set(body, reading);
  const following = AbortSignal.any([signal]); // held by its listener alone
  following.addEventListener('abort', end, { once: true });
  collected.register(reading, () => following.removeEventListener('abort', end));
}
