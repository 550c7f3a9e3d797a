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

/** Deeper than any chain of causes that is not a cycle. */
const DEEPEST = 20;

/**
 * Thrown for misuse, when a cache or a cached call is defined, and for a miss in `replay` mode.
 * Nothing that goes wrong later makes a call fail. The message says what to write instead.
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

interface Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
}

/**
 * Is it an {@link LlmCacheError}, of this copy of the package or of another, or an error of an SDK that was made
 * of one? SDKs wrap what their transport throws, and show in their own error what it answers.
 */
export function isLlmCacheError(error: unknown, code?: LlmCacheErrorCode): boolean {
  let failure: Failure | undefined = error as Failure | undefined; // whatever was thrown
  for (let depth = 0; depth < DEEPEST && typeof failure === 'object'; depth += 1) {
    const { name, message, cause }: Failure = failure ?? {};
    if (name === 'LlmCacheError' && (code ?? failure?.code) === failure?.code) return true;
    if (String(message).includes(`LlmCacheError ${code ?? ''}`)) return true;
    failure = cause as Failure | undefined; // likewise
  }
  return false;
}

/** What a value is, in words for an error: never what it holds. */
export function describeKind(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(typeof value);
  return `an instance of ${value.constructor?.name ?? 'nothing'}`;
}
