/** What the codes of the system and of Redis mean for a person. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [
    /ECONNREFUSED/,
    'nothing listens there (ECONNREFUSED). Start the server, or correct the address',
  ],
  [/ENOTFOUND|EAI_AGAIN/, 'the name of the host is not known (ENOTFOUND). Correct the address'],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, 'no answer came. Check the network and its firewalls'],
  [/ECONNRESET|EPIPE/, 'the connection was closed. Check the address, the port and TLS'],
  [/NOAUTH/, 'the server asks for a password (NOAUTH). Write it into the URL'],
  [/WRONGPASS/, 'the server refuses the user or the password (WRONGPASS). Correct the URL'],
  [/NOPERM/, 'the user lacks a right (NOPERM). Give it the rights that the store documents'],
  [
    /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL/,
    'the TLS certificate is not accepted. Check it and the host',
  ],
];

interface Caused {
  readonly message?: string;
  readonly code?: string;
  readonly remedy?: string;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** The error with all that caused it: what failed in the system is often the innermost. */
function chainOf(error: unknown, depth = 0): readonly Caused[] {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const { cause, errors = [] } = error as Caused; // read only
  return [error as Caused, ...[cause, ...errors].flatMap((each) => chainOf(each, depth + 1))];
}

/** Why something cannot be reached or used, as the end of a sentence with what to do. */
export function failureText(error: unknown): string {
  const chain = chainOf(error);
  const text = chain.map(({ code = '', message = '' }) => `${code} ${message}`).join(' ');
  const known = CAUSES.find(([pattern]) => pattern.test(text))?.[1];
  const remedy = chain.find((each) => typeof each.remedy === 'string')?.remedy;
  const message = remedy ?? known ?? chain[0]?.message ?? String(error);
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
