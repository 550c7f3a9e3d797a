import { faultCode, isPermanentFault } from './fault-code.ts';

/** What an operation rejects with that the server refused; `cause` is its reply. */
export class RedisRefusedError extends Error {
  override readonly name = 'RedisRefusedError';
  /** The reply's first word: `OOM`, `NOPERM`, `READONLY`. */
  readonly code: string;
  /** The server answers: to other operations it may say yes. */
  readonly isRefusal = true;
  /** It will be refused again, until somebody changes the server or the configuration. */
  readonly isPermanent: boolean;

  constructor(cause: unknown) {
    const code = faultCode(cause);
    super(`Redis refuses the operation (${code}).`, { cause });
    this.code = code;
    this.isPermanent = isPermanentFault(code);
  }
}
