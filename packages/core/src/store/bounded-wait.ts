import { setMaxListeners } from 'node:events';
import { startTimer } from '../options/index.ts';

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = 'timeout';
}

/** A deadline is waited for in so many parts. */
const PARTS = 5;

/**
 * Rejects if `promise` has not settled after `milliseconds` in which the event loop ran. A later result is ignored. Each part
 * of the deadline counts for its own length, however late its timer fires: a loop that is blocked receives no answer.
 */
export function withDeadline<Value>(
  promise: PromiseLike<Value>,
  milliseconds: number,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const part = milliseconds / PARTS;
    let cancel: () => void;
    const wait = (parts: number): void => {
      const end = () => (parts > 1 ? wait(parts - 1) : reject(new DeadlineError()));
      cancel = startTimer(part, end, { ref: true });
    };
    wait(PARTS);
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
