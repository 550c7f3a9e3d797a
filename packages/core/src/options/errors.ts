import { inspect } from 'node:util';

/** The stable names of everything that can be misused. */
export type LlmCacheErrorCode =
  | 'ANONYMOUS_FUNCTION'
  | 'FIXTURE_FOLDER'
  | 'FIXTURE_SEALED'
  | 'FIXTURE_SECRET'
  | 'INVALID_DURATION'
  | 'INVALID_OPTION'
  | 'NOT_A_METHOD'
  | 'REPLAY_MISS'
  | 'SCOPE_REQUIRED'
  | 'STORE_PACKAGE_MISSING'
  | 'UNKNOWN_STORE'
  | 'WRONG_CLIENT';

/**
 * Thrown for misuse, when a cache or a cached call is defined, and for a miss in `replay` mode. Nothing that goes
 * wrong later makes a call fail. The message names the value and says what to write instead.
 */
export class LlmCacheError extends Error {
  override readonly name = 'LlmCacheError';
  /** Stable across versions and copies of the package: compare this, not the message. */
  readonly code: LlmCacheErrorCode;

  constructor(code: LlmCacheErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Refuses an option.
 *
 * @param what which value the option has (`is "fast"`), without anything that is secret
 * @param remedy what to write instead, as a whole sentence
 * @throws {LlmCacheError} `INVALID_OPTION`, always
 */
export function invalidOption(option: string, what: string, remedy: string): never {
  throw new LlmCacheError('INVALID_OPTION', `${option} ${what}. ${remedy}`);
}

/** A value as it was written, for an error about an option that holds no secret. */
export function showValue(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 0 });
}

/** What a value is, in words for an error: never what it holds. */
export function describeKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const name = value.constructor?.name;
  return name === undefined ? 'an object without a class' : `an instance of ${name}`;
}

interface Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
}

/** No chain of causes is this long, unless it is a cycle. */
const MAX_CAUSES = 20;

/**
 * Is the error an {@link LlmCacheError}, of this copy of the package or of another, or an error that an SDK made of
 * one? SDKs wrap what their transport throws, and repeat the transport's message in their own error.
 *
 * @param code @default any
 */
export function isLlmCacheError(error: unknown, code?: LlmCacheErrorCode): boolean {
  let failure: Failure | undefined = error as Failure | undefined; // whatever was thrown
  for (let depth = 0; depth < MAX_CAUSES && typeof failure === 'object'; depth += 1) {
    const { name, message, cause }: Failure = failure ?? {};
    if (name === 'LlmCacheError' && (code ?? failure?.code) === failure?.code) return true;
    if (String(message).includes(`LlmCacheError ${code ?? ''}`)) return true;
    failure = cause as Failure | undefined; // likewise
  }
  return false;
}
