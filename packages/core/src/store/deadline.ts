/** A timer that is set for longer goes off at once. */
const LONGEST = 2 ** 31 - 1;

/** Rejects when `promise` has not settled after `milliseconds`; what comes later is nobody's. */
export function withDeadline<Value>(
  promise: PromiseLike<Value>,
  milliseconds: number,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlineError()), Math.min(milliseconds, LONGEST));
    const settle = <Argument>(end: (argument: Argument) => void) => {
      return (argument: Argument) => {
        clearTimeout(timer);
        end(argument);
      };
    };
    promise.then(settle(resolve), settle(reject));
  });
}

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = 'timeout';
}
