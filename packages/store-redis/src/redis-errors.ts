/** Replies and errors that have no code of their own, or another one in older servers. */
const CODES_OF_SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^ERR (DB index|invalid DB index|SELECT is not allowed)/, 'UNKNOWN_DATABASE'],
  [/^ERR .*cluster support disabled/, 'NOT_A_CLUSTER'],
  [/^ERR (Client sent )?AUTH/, 'NO_PASSWORD_SET'],
  [/^ERR invalid password/, 'WRONGPASS'],
  [/^ERR No such master/, 'UNKNOWN_MASTER'],
  [/^ERR unknown command/, 'UNKNOWN_COMMAND'],
  [/^(Connection|Socket) timeout/, 'ETIMEDOUT'],
];

/** Another password, user, database, address or certificate mends these, and time does not. */
const PERMANENT: ReadonlySet<string> = new Set([
  'DENIED',
  'EPROTO',
  'NOAUTH',
  'NOPERM',
  'NOT_A_CLUSTER',
  'NO_PASSWORD_SET',
  'UNKNOWN_DATABASE',
  'UNKNOWN_MASTER',
  'WRONGPASS',
]);

/** Node's codes for what is wrong with a certificate, or with the handshake. */
const TLS = /^(CERT_|DEPTH_ZERO_|ERR_SSL_|ERR_TLS_|SELF_SIGNED_|UNABLE_TO_)/;

/** The code that the system or the server gives; `OFFLINE` if neither gives one. */
export function faultCode(fault: unknown): string {
  const { code, message } = (fault ?? {}) as { code?: unknown; message?: unknown }; // thrown: anything
  if (typeof code === 'string') return code;
  const text = String(message);
  const known = CODES_OF_SENTENCES.find(([form]) => form.test(text));
  // An error reply starts with its code, as in `WRONGPASS invalid username-password pair`.
  return known?.[1] ?? /^[A-Z]{3,}\b/.exec(text)?.[0] ?? 'OFFLINE';
}

const isPermanentFault = (code: string): boolean => PERMANENT.has(code) || TLS.test(code);

/** An operation rejects with it when the server refuses the command; `cause` is the error reply. */
export class RedisRefusedError extends Error {
  override readonly name = 'RedisRefusedError';
  /** The reply's first word: `OOM`, `NOPERM`, `READONLY`. */
  readonly code: string;
  /** The server answers, and may accept other operations. */
  readonly isRefusal = true;
  /** The server will refuse it again until somebody changes the server or the configuration. */
  readonly isPermanent: boolean;

  constructor(cause: unknown) {
    const code = faultCode(cause);
    super(`Redis refuses the operation (${code}).`, { cause });
    this.code = code;
    this.isPermanent = isPermanentFault(code);
  }
}

/** An operation rejects with it, at once, while there is no connection; `cause` says why there is none. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
  /** The system's or the server's code (`ECONNREFUSED`, `WRONGPASS`), or `OFFLINE`. */
  readonly code: string;
  /** It is no outage: a password, a user, a database or a certificate is wrong. */
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
