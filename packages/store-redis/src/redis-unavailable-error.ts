function codeOf(fault: unknown): string {
  const { code, message } = (fault ?? {}) as { code?: unknown; message?: unknown }; // thrown: anything
  if (typeof code === 'string') return code;
  // A reply of the server starts with its code, as in `WRONGPASS invalid username-password pair`.
  return /^[A-Z]{4,}\b/.exec(String(message))?.[0] ?? 'OFFLINE';
}

/** What an operation rejects with, at once, while there is no connection; `cause` says why there is none. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
  /** As the system or the server has it (`ECONNREFUSED`, `WRONGPASS`), or `OFFLINE`. */
  readonly code: string;

  constructor(cause: unknown) {
    const code = codeOf(cause);
    super(`There is no connection to Redis (${code}).`, { cause });
    this.code = code;
  }
}
