/** Node fires a timer at once when it is set for longer. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = 'timeout';
}

/** Rejects where `promise` has not settled after `milliseconds`. A later result is ignored. */
export function withDeadline<Value>(
  promise: PromiseLike<Value>,
  milliseconds: number,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timeout = Math.min(milliseconds, LONGEST_TIMEOUT);
    const timer = setTimeout(() => reject(new DeadlineError()), timeout);
    const settle = <Argument>(end: (argument: Argument) => void) => {
      return (argument: Argument) => {
        clearTimeout(timer);
        end(argument);
      };
    };
    promise.then(settle(resolve), settle(reject));
  });
}

/** A longer text, or one with other characters, may be a message. */
const CODE = /^\w[\w.-]{0,49}$/;

/** Names a failure by its code or class, without its message, which may contain an address with a password. */
export function failureCode(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }; // a store may throw any value
  const texts = [code, name].filter((text) => typeof text === 'string' || typeof text === 'number');
  return texts.map(String).find((text) => CODE.test(text)) ?? 'unknown';
}

/** What a store may state on its errors. */
interface FailureMarks {
  readonly isPermanent?: unknown;
  readonly isPartial?: unknown;
  readonly isRefusal?: unknown;
}

const marksOf = (error: unknown): FailureMarks => (error ?? {}) as FailureMarks; // a store may throw any value

/** Only a person can correct it, such as a wrong password or an unknown database. */
export function isPermanentFailure(error: unknown): boolean {
  return marksOf(error).isPermanent === true;
}

/** One of several servers is away, and the rows of the others can be read. */
export function isPartialOutage(error: unknown): boolean {
  return marksOf(error).isPartial === true;
}

/** The store answered, if only with a refusal. It is still asked for what it can do. */
export function hasAnswered(error: unknown): boolean {
  const { isRefusal } = marksOf(error);
  return isPartialOutage(error) || (isRefusal === true && !isPermanentFailure(error));
}
