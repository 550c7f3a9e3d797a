import { fingerprint, NotCanonicalError } from '../key/index.ts';
import { warn } from '../options/index.ts';

interface Asked {
  readonly operation: string;
  readonly given: readonly unknown[];
}

/** Why an argument cannot be part of a key: names of classes and of fields, and never what they hold. */
function whatIsWrong(argument: unknown): NotCanonicalError | undefined {
  try {
    fingerprint({ provider: '', request: argument });
    return undefined;
  } catch (error) {
    return error instanceof NotCanonicalError ? error : undefined;
  }
}

const REMEDY =
  'Return what the answer depends on in the option `key`, such as { key: (question) => ({ question }) }, or do not pass this argument.';

/**
 * Says which argument keeps the calls of a function out of the cache, and what to write. Frameworks pass more than the
 * request to a model: the request and the response of their server, a stream, a connection.
 */
export function warnNotCanonical({ operation, given }: Asked): void {
  const reasons = given.map(whatIsWrong);
  const position = reasons.findIndex((reason) => reason !== undefined);
  const reason = reasons[position];
  const what = reason?.message ?? 'an argument cannot be part of a key';
  const where = reason === undefined ? '' : `in argument ${position + 1}, `;
  const remedy = reason?.remedy || REMEDY;
  warn(`Calls of ${operation} are not cached: ${where}${what}. ${remedy}`, {
    type: 'LlmCacheWarning',
    code: 'NOT_CANONICAL',
  });
}

/** Two functions that close over different things can have one name and one code, and the user alone can tell them apart. */
export function warnOfNamesakes(operation: string): void {
  const what = `Two functions ${JSON.stringify(operation)} share their answers in one cache, because they have one name and the same code or provider.`;
  const remedy = `If they close over different things, such as a model, return these in the option \`key\`, or give each a name of its own: { name: '${operation} with gpt-5' }. If they are the same, give them the same name: { name: '${operation}' }.`;
  warn(`${what} ${remedy}`, { type: 'LlmCacheWarning', code: 'SHARED_FUNCTION' });
}
