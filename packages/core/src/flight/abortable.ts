import { setMaxListeners } from 'node:events';

/**
 * `promise`, unless `signal` fires first: then a rejection with the signal's own reason, after `onAbort`.
 * The promise itself goes on: who else waits for it is not the caller's business.
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
