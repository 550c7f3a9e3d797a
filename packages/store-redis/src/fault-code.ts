/** What has no code of its own, or another in older servers. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^ERR (DB index|invalid DB index|SELECT is not allowed)/, 'UNKNOWN_DATABASE'],
  [/^ERR .*cluster support disabled/, 'NOT_A_CLUSTER'],
  [/^ERR (Client sent )?AUTH/, 'NO_PASSWORD_SET'],
  [/^ERR invalid password/, 'WRONGPASS'],
  [/^ERR No such master/, 'UNKNOWN_MASTER'],
  [/^ERR unknown command/, 'UNKNOWN_COMMAND'],
  [/^(Connection|Socket) timeout/, 'ETIMEDOUT'],
];

/** What another password, user, database, address or certificate mends, and time does not. */
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

/** As Node names what is wrong with a certificate, or with the talk about it. */
const TLS = /^(CERT_|DEPTH_ZERO_|ERR_SSL_|ERR_TLS_|SELF_SIGNED_|UNABLE_TO_)/;

/** As the system or the server names it; `OFFLINE` where neither does. */
export function faultCode(fault: unknown): string {
  const { code, message } = (fault ?? {}) as { code?: unknown; message?: unknown }; // thrown: anything
  if (typeof code === 'string') return code;
  const text = String(message);
  const sentence = SENTENCES.find(([form]) => form.test(text));
  // A reply of the server starts with its code, as in `WRONGPASS invalid username-password pair`.
  return sentence?.[1] ?? /^[A-Z]{3,}\b/.exec(text)?.[0] ?? 'OFFLINE';
}

/** Is it of no use to try again until somebody has changed something? */
export function isPermanentFault(code: string): boolean {
  return PERMANENT.has(code) || TLS.test(code);
}
