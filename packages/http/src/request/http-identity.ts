import { randomUUID } from 'node:crypto';
import type { CallIdentity } from '@cached-llm/core';
import {
  type Adapter,
  type Bypass,
  type BypassReason,
  identify,
  isFields,
  type Policy,
} from '@cached-llm/core/adapter';
import { accountIdsOf } from './account-ids.ts';
import { type Endpoint, isAnswering, isStatefulAnywhere } from './endpoints.ts';
import type { HttpRequest } from './read-request.ts';
import { credentialHeaders, relevantHeaders, relevantQuery } from './relevant-parts.ts';

/** Stands before the digits of a long integer. It is random, so that no text in a request passes for an integer. */
const LONG_INTEGER_MARK = randomUUID();
const LONG_INTEGER = /(?<![\d.])-?\d{16,}(?![\d.eE])/g;
// The expression has no repeated group: over a text of 10 MB such a group exhausts the stack.
const TOKENS = /\\[\s\S]|"|[^"\\]+/g;

function revive(_key: string, value: unknown): unknown {
  const isMarked = typeof value === 'string' && value.startsWith(LONG_INTEGER_MARK);
  return isMarked ? BigInt(value.slice(LONG_INTEGER_MARK.length)) : value;
}

/** The text with a mark before each integer of 16 digits and more, as a string. */
function withMarks(text: string): string {
  if (!/\d{16}/.test(text)) return text;
  let isInString = false;
  return text.replace(TOKENS, (token) => {
    if (token === '"') isInString = !isInString;
    if (isInString) return token;
    return token.replace(LONG_INTEGER, (digits) => `"${LONG_INTEGER_MARK}${digits}"`);
  });
}

/** Would JSON.parse round an integer of this text? What is written from the parsed body is another request then. */
export const hasLongInteger = (text: string): boolean => withMarks(text) !== text;

/**
 * JSON with integers of 16 digits and more as bigints. JSON.parse rounds them, and two requests with
 * different seeds of 20 digits would have one key.
 *
 * @throws {SyntaxError} where JSON.parse would.
 */
function parseExactly(text: string): unknown {
  const marked = withMarks(text);
  return marked === text ? JSON.parse(text) : JSON.parse(marked, revive);
}

/** How the requests of one cached fetch are told apart. */
export interface IdentityRules {
  readonly adapter?: Adapter | undefined;
  readonly endpoints?: readonly Endpoint[] | undefined;
  readonly policy: Policy;
  /** The cache is for callers of every account: no digest of a credential is in a key. @default false */
  readonly isForAnyAccount?: boolean | undefined;
}

/** The headers in the key, with digests of the credentials where the answer is for callers of one credential alone. */
function headersOf(request: HttpRequest, { adapter, isForAnyAccount }: IdentityRules) {
  const headers = relevantHeaders(request);
  const ids = isForAnyAccount === true ? undefined : accountIdsOf(request, adapter);
  if (ids === undefined || ids.isInUrl === true) return headers;
  return { ...headers, ...credentialHeaders(request.headers) };
}

/** Why a request bypasses the cache; undefined for one that does not. */
function bypassReason(
  { url, body, directive }: HttpRequest,
  { adapter, endpoints, policy }: IdentityRules,
): BypassReason | undefined {
  if (!isAnswering(url.pathname, adapter, endpoints)) return 'endpoint';
  if (isFields(body) && (isStatefulAnywhere(body) || adapter?.isStateful?.(body) === true)) {
    return 'stateful';
  }
  return isUnstored(directive, policy.mode) ? 'no-store' : undefined;
}

/** In `replay` mode nothing is sent, and in `read-only` mode the answer of a call that is made again is not stored. */
function isUnstored(directive: HttpRequest['directive'], mode: Policy['mode']): boolean {
  return directive === 'no-store'
    ? mode !== 'replay'
    : directive === 'refresh' && mode === 'read-only';
}

function identityOf(request: HttpRequest, rules: IdentityRules): CallIdentity | Bypass {
  const { method, url } = request;
  const { adapter, policy } = rules;
  const provider = adapter?.provider ?? url.host;
  const bypass = bypassReason(request, rules);
  if (bypass !== undefined) return { bypass, provider };
  const plainUrl = policy.crossMode ? (adapter?.cross?.plainUrl?.(url) ?? url) : url;
  const query = relevantQuery(plainUrl, adapter);
  const parts = {
    provider,
    operation: `${method} ${plainUrl.origin}${plainUrl.pathname}${query}`,
    streamed: plainUrl.href === url.href ? undefined : true,
    adapter,
    url,
    headers: headersOf(request, rules),
    request: parseExactly(request.text),
  };
  return identify(parts, policy);
}

/** The identity of an HTTP request: method, origin, path, query, headers and body; or why it bypasses the cache. */
export function httpIdentity(request: HttpRequest, rules: IdentityRules): CallIdentity | Bypass {
  try {
    return identityOf(request, rules);
  } catch {
    // An adapter threw an error: the call bypasses the cache.
    return { bypass: 'unreadable', provider: rules.adapter?.provider ?? request.url.host };
  }
}
