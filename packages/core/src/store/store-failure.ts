/** A timer that is set for longer goes off at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** Rejects when `promise` has not settled after `milliseconds`; what comes later is nobody's. */
export function withDeadline<Value>(
  promise: PromiseLike<Value>,
  milliseconds: number,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new DeadlineError()),
      Math.min(milliseconds, LONGEST_TIMEOUT),
    );
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

/** Longer, or with other characters, it may be a message. */
const NAME = /^\w[\w.-]{0,49}$/;

/** Names a fault without its message, which may hold an address with its password. */
export function failureCode(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }; // whatever a store throws
  const words = [code, name].filter((word) => typeof word === 'string' || typeof word === 'number');
  return words.map(String).find((word) => NAME.test(word)) ?? 'unknown';
}

interface Said {
  readonly isPermanent?: unknown;
  readonly isPartial?: unknown;
  readonly isRefusal?: unknown;
}

const said = (error: unknown): Said => (error ?? {}) as Said;

// thrown: anything

/** A wrong password or database, which only a person can mend: a store that knows says so on its error. */
export function isPermanentFailure(error: unknown): boolean {
  return said(error).isPermanent === true;
}

/** One of many servers is away: what the others keep can be had. */
export function isPartialOutage(error: unknown): boolean {
  return said(error).isPartial === true;
}

/** The store answers: to leave it alone would take what it can do, too. */
export function hasAnswered(error: unknown): boolean {
  return isPartialOutage(error) || (said(error).isRefusal === true && !isPermanentFailure(error));
}
