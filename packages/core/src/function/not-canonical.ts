import { fingerprint, NotCanonicalError } from '../key/index.ts';
import { warn } from '../options/index.ts';

interface Asked {
  readonly operation: string;
  readonly given: readonly unknown[];
}

/** What cannot be part of a key, and where: names of classes and of fields, and never what they hold. */
function whatIsWrong(argument: unknown): string | undefined {
  try {
    fingerprint({ provider: '', request: argument });
    return undefined;
  } catch (error) {
    return error instanceof NotCanonicalError ? error.message : undefined;
  }
}

/**
 * Says which argument keeps the calls of a function out of the cache, and what to write. Frameworks pass more than the
 * request to a model: the request and the response of their server, a stream, a connection.
 */
export function warnNotCanonical({ operation, given }: Asked): void {
  const wrong = given.map(whatIsWrong);
  const position = wrong.findIndex((why) => why !== undefined);
  const what =
    position < 0
      ? 'an argument cannot be part of a key'
      : `in argument ${position + 1}, ${wrong[position]}`;
  const remedy =
    'Return what the answer depends on in the option `key`, such as { key: (question) => ({ question }) }, or do not pass this argument.';
  warn(`Calls of ${operation} are not cached: ${what}. ${remedy}`, {
    type: 'LlmCacheWarning',
    code: 'NOT_CANONICAL',
  });
}
