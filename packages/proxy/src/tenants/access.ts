import { createHash, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { LlmCacheError } from '@cached-llm/core';
import { checkOrigins, isForeignPage, type OriginOptions, preflightHeaders } from './origins.ts';

export interface AccessOptions extends OriginOptions {
  /** The address that the proxy binds. */
  readonly host: string;
  /** What callers have to show. Every other address than the loopback one wants a token. @default none */
  readonly token?: string | undefined;
}

/** The parts of a request that decide whether it is refused. */
interface AskedRequest {
  /** The path with its query, as it came. */
  readonly url?: string | undefined;
  readonly method?: string | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** Why a request is not answered, in words that no caller's text is part of. */
interface Refusal {
  readonly status: 401 | 403 | 421;
  readonly code: 'token' | 'origin' | 'host';
  readonly message: string;
}

type AccessRules = (request: AskedRequest) => Refusal | undefined;

const SAFE_TOKEN = /^[\w.~-]{16,}$/;

/** `/~TOKEN` at the start of a path, for clients that take nothing but a URL. */
const TOKEN_IN_PATH = /^\/~([\w.~-]+)(?=[/?]|$)/;

/** Is this the loopback address? Other computers cannot reach it. */
function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  const address = name.startsWith('::ffff:') ? name.slice(7) : name;
  if (isIPv4(address)) return address.startsWith('127.');
  return name === '::1' || name === 'localhost' || name.endsWith('.localhost');
}

/** The name in a Host header, without its port; undefined for what is no host. */
function hostName(header: string): string | undefined {
  const match = /^(\[[\da-f:.]+\]|[^\s:/@?#[\]]+)(:\d{1,5})?$/i.exec(header);
  return match?.[1];
}

/** Equal lengths and no early end: how long it takes says nothing of the token (constant time). */
function isSameText(given: string, expected: Buffer): boolean {
  return timingSafeEqual(sha256(given), expected);
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined; // two of a kind are none
}

/** Every form in which a token may come: a header of its own, that of RFC 9110 §11.7.1, and the path. */
function* tokensIn({ url = '', headers }: AskedRequest): Generator<string> {
  const own = textOf(headers['x-cached-llm-token']);
  if (own !== undefined) yield own;
  const [, bearer] = /^bearer +(\S+)$/i.exec(textOf(headers['proxy-authorization']) ?? '') ?? [];
  if (bearer !== undefined) yield bearer;
  const [, inPath] = TOKEN_IN_PATH.exec(url) ?? [];
  if (inPath !== undefined) yield inPath;
}

/**
 * The target of a request without the token in its path. No log, no key and no provider sees the token.
 *
 * @param url the path with its query
 */
export function withoutToken(url: string): string {
  const rest = url.startsWith('/~') ? url.replace(TOKEN_IN_PATH, '') : url;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** @throws {LlmCacheError} `INVALID_OPTION` */
function checkOptions({ host, token }: AccessOptions): void {
  if (token === undefined && !isLoopback(host)) {
    throw new LlmCacheError(
      'INVALID_OPTION',
      `host ${host} can be reached by other computers, and there is no token. Give one in the option token, --token-file or CACHED_LLM_PROXY_TOKEN, or bind 127.0.0.1.`,
    );
  }
  if (token !== undefined && !SAFE_TOKEN.test(token)) {
    throw new LlmCacheError(
      'INVALID_OPTION',
      'token is too short, or has characters that no URL can hold. Make one with "openssl rand -hex 32".',
    );
  }
}

const FOREIGN_PAGE: Refusal = {
  status: 403,
  code: 'origin',
  message:
    'A page of a browser asks, and its origin is not allowed. Name it in the option allowedOrigins.',
};

const NO_TOKEN: Refusal = {
  status: 401,
  code: 'token',
  message:
    'The token of the proxy is missing or wrong. Send it as x-cached-llm-token or as "proxy-authorization: Bearer", or begin the path with /~TOKEN.',
};

const FOREIGN_HOST: Refusal = {
  status: 421,
  code: 'host',
  message:
    'The Host header names another host than this one. Ask for 127.0.0.1 or localhost, or start the proxy with a token.',
};

/**
 * Which requests are refused, whatever they ask for. A page in a browser can reach the loopback address: its `origin`
 * gives it away, or the name in `host`, which somebody made to lead here (DNS rebinding). Where there is a token, the token
 * decides in place of the name, because no page knows it.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` for an address that others can reach without a token, and for a bad token
 */
export function accessRules(options: AccessOptions): AccessRules {
  checkOptions(options);
  checkOrigins(options);
  const { host, token } = options;
  const expected = token === undefined ? undefined : sha256(token);
  const hasToken = (request: AskedRequest) =>
    expected !== undefined && [...tokensIn(request)].some((given) => isSameText(given, expected));
  const isOwnHost = (header: string | undefined) => {
    const name = hostName(header ?? '');
    return name !== undefined && (isLoopback(name) || name === host);
  };
  return (request) => {
    if (isForeignPage(pageHeaders(request), options)) return FOREIGN_PAGE;
    // A browser asks without the headers of the page (Fetch §4.8), and learns nothing but that it may ask.
    if (preflightHeaders(request, options) !== undefined) return undefined;
    if (expected !== undefined) return hasToken(request) ? undefined : NO_TOKEN;
    return isOwnHost(textOf(request.headers.host)) ? undefined : FOREIGN_HOST;
  };
}

function pageHeaders({ headers }: AskedRequest) {
  return { origin: textOf(headers.origin), 'sec-fetch-site': textOf(headers['sec-fetch-site']) };
}
