import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Who is let in. */
export interface Gate {
  /** The secret of this server: whoever has it may see and remove entries. */
  readonly token: string;
  /** Names of this machine by which the server may be called, such as `localhost`. */
  readonly hosts: readonly string[];
}

/** Why a request is not let in. */
export interface Refused {
  readonly status: number;
  readonly message: string;
}

export const newToken = (): string => randomBytes(32).toString('base64url');

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compared by digests, so that neither the length nor the time tells anything of the token. */
const isToken = (given: string, { token }: Gate) => timingSafeEqual(digest(given), digest(token));

/** Two servers on one machine share their cookies: each has a name of its own. */
const cookieName = ({ token }: Gate) =>
  `cached-llm-${digest(`name ${token}`).toString('hex', 0, 6)}`;

/** The header that hands the token to the browser. A page of another origin cannot make it send this cookie. */
export const cookieOf = (gate: Gate) =>
  `${cookieName(gate)}=${gate.token}; HttpOnly; SameSite=Strict; Path=/`;

function cookieIn({ headers }: IncomingMessage, gate: Gate): string | undefined {
  const name = `${cookieName(gate)}=`;
  const parts = (headers.cookie ?? '').split(';').map((part) => part.trim());
  return parts.find((part) => part.startsWith(name))?.slice(name.length);
}

/** The name in a Host header, without its port. An SSH tunnel may have another port. */
function hostnameOf(host: string | undefined): string | undefined {
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return undefined;
  }
}

const WRONG_HOST: Refused = {
  status: 421,
  message: 'This server is not called by this name. Open the address that the terminal shows.',
};
const OTHER_ORIGIN: Refused = {
  status: 403,
  message: 'A page of another origin may not ask this server.',
};
const NO_TOKEN: Refused = {
  status: 401,
  message: 'The token is missing or wrong. Open the address that the terminal shows.',
};
const NO_METHOD: Refused = { status: 405, message: 'This server answers GET and POST.' };

/** Does another origin ask? A browser says so of each request that is not the page's own. */
function isForeign({ headers }: IncomingMessage): boolean {
  const { origin, host, 'sec-fetch-site': site = 'none' } = headers;
  if (site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && origin !== `http://${host}`;
}

/** A form of another page can post text, but no JSON. */
const isForm = ({ method, headers }: IncomingMessage) =>
  method === 'POST' && headers['content-type']?.split(';')[0] !== 'application/json';

/** Why the request is not let in; undefined where it is. */
export function refusalOf(request: IncomingMessage, gate: Gate): Refused | undefined {
  if (!gate.hosts.includes(hostnameOf(request.headers.host) ?? '')) return WRONG_HOST;
  if (request.method !== 'GET' && request.method !== 'POST') return NO_METHOD;
  if (isForeign(request) || isForm(request)) return OTHER_ORIGIN;
  return isToken(cookieIn(request, gate) ?? '', gate) ? undefined : NO_TOKEN;
}

/** Does the user open the address that the terminal shows? Another page may link to it, but does not know the token. */
export function isOpening(request: IncomingMessage, url: URL, gate: Gate): boolean {
  const given = url.searchParams.get('token');
  const isHere = gate.hosts.includes(hostnameOf(request.headers.host) ?? '');
  return (
    isHere &&
    request.method === 'GET' &&
    url.pathname === '/' &&
    given !== null &&
    isToken(given, gate)
  );
}
