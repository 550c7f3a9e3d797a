import type { CallIdentity } from '@cached-llm/core';
import {
  type Adapter,
  accountInKey,
  type Bypass,
  type BypassReason,
  identify,
  isFields,
  type Policy,
  parseExactly,
} from '@cached-llm/core/adapter';
import { accountIdsOf } from './account-ids.ts';
import { type Endpoint, isAnswering, isStatefulAnywhere } from './endpoints.ts';
import type { HttpRequest } from './read-request.ts';
import { relevantHeaders, relevantQuery } from './relevant-parts.ts';

/** How the requests of one cached fetch are told apart. */
export interface IdentityRules {
  readonly adapter?: Adapter | undefined;
  readonly endpoints?: readonly Endpoint[] | undefined;
  readonly policy: Policy;
  /** The cache is for callers of every account: no digest of a credential is in a key. @default false */
  readonly isForAnyAccount?: boolean | undefined;
}

/** The headers in the key, with what names the account where the answer is for its callers alone. */
function headersOf(request: HttpRequest, { adapter, isForAnyAccount }: IdentityRules) {
  const headers = relevantHeaders(request);
  const ids = isForAnyAccount === true ? undefined : accountIdsOf(request, adapter);
  if (ids === undefined) return headers;
  const { url, headers: given } = request;
  const header = (name: string) => given.get(name);
  return { ...headers, ...accountInKey({ url: `${url.origin}${url.pathname}`, header }) };
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

/** A predicate of the user's gets the parsed body, and could change it before the key is made. */
function ownBody({ text, body }: HttpRequest, { when }: Policy): object {
  return when === undefined ? body : JSON.parse(text);
}

function identityOf(request: HttpRequest, rules: IdentityRules): CallIdentity | Bypass {
  const { method, url, control } = request;
  const { adapter, policy } = rules;
  const provider = adapter?.provider ?? url.host;
  if (control !== undefined && 'field' in control) {
    return { bypass: 'control', provider, ...control };
  }
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
    request: parseExactly(request.text, ownBody(request, policy)),
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
