import { faultCode, isPermanentFault } from './fault-code.ts';

/** What an operation rejects with, at once, while there is no connection; `cause` says why there is none. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
  /** As the system or the server has it (`ECONNREFUSED`, `WRONGPASS`), or `OFFLINE`. */
  readonly code: string;
  /** It is no outage: a password, user, database or certificate is wrong. */
  readonly isPermanent: boolean;
  /** Other servers of the cluster answer. */
  readonly isPartial: boolean;

  constructor(cause: unknown, { isPartial = false }: { readonly isPartial?: boolean } = {}) {
    const code = faultCode(cause);
    const isPermanent = isPermanentFault(code);
    super(
      isPermanent
        ? `Redis cannot be used as it is configured (${code}).`
        : `There is no connection to Redis (${code}).`,
      { cause },
    );
    this.code = code;
    this.isPermanent = isPermanent;
    this.isPartial = isPartial;
  }
}
