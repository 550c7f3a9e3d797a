import { setMaxListeners } from 'node:events';
import { startTimer } from '../options/index.ts';

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = 'timeout';
}

/** A deadline is waited for in so many parts at most. The more there are, the less does a busy machine count. */
const MOST_PARTS = 25;

/**
 * Calls `task` after so many milliseconds in which the event loop ran. Each part of them counts for its own length, however
 * late its timer fires: a loop that is blocked receives no answer. Returns a function that cancels it.
 *
 * @param options by default, it keeps no process alive
 */
export function startDeadline(
  milliseconds: number,
  task: () => void,
  options?: { readonly ref?: boolean },
): () => void {
  const part = Math.max(1, Math.ceil(milliseconds / MOST_PARTS)); // a timer takes whole milliseconds
  let cancel: () => void;
  const wait = (parts: number): void => {
    cancel = startTimer(part, () => (parts > 1 ? wait(parts - 1) : task()), options);
  };
  wait(Number.isFinite(part) ? Math.ceil(milliseconds / part) : 1);
  return () => cancel();
}

/** Rejects if `promise` has not settled at a deadline, see {@link startDeadline}. A later result is ignored. */
export function withDeadline<Value>(
  promise: PromiseLike<Value>,
  milliseconds: number,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = startDeadline(milliseconds, () => reject(new DeadlineError()), { ref: true });
    const settle = <Argument>(end: (argument: Argument) => void) => {
      return (argument: Argument) => {
        cancel();
        end(argument);
      };
    };
    promise.then(settle(resolve), settle(reject));
  });
}

/**
 * Waits for `promise` until `signal` fires. Then it calls `onAbort` and rejects with the signal's own reason. The promise
 * itself continues, because others may wait for it.
 */
export function abortable<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
  onAbort: () => void,
): Promise<Value> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => {
      onAbort();
      reject(signal.reason);
    };
    const settle = <Argument>(end: (argument: Argument) => void) => {
      return (argument: Argument) => {
        signal.removeEventListener('abort', abort);
        end(argument);
      };
    };
    setMaxListeners(0, signal); // one signal may well end a hundred calls
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    promise.then(settle(resolve), settle(reject));
  });
}
