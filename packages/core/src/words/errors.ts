/** The stable names of everything that can be misused. */
export type LlmCacheErrorCode =
  | 'ANONYMOUS_FUNCTION'
  | 'INVALID_DURATION'
  | 'INVALID_OPTION'
  | 'NOT_A_METHOD'
  | 'REPLAY_MISS'
  | 'STORE_PACKAGE_MISSING'
  | 'UNKNOWN_STORE'
  | 'WRONG_CLIENT';

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
