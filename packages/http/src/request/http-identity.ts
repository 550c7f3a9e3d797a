import {
  type Adapter,
  type Bypass,
  type CallIdentity,
  identify,
  isFields,
  isNeutralHeader,
  type Policy,
} from '@cached-llm/core';
import { parseExactly } from './parse-exactly.ts';
import type { HttpRequest } from './read-request.ts';

/** Query parameters that carry a credential. */
const CREDENTIALS = /^(key|api[-_]?key|access[-_]?token|token|sig|signature)$/i;

function keptHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !isNeutralHeader(name)));
}

function operationOf(method: string, url: URL): string {
  const query = new URLSearchParams(url.search);
  for (const name of new Set(query.keys())) if (CREDENTIALS.test(name)) query.delete(name);
  query.sort();
  const search = query.size === 0 ? '' : `?${query}`;
  return `${method} ${url.origin}${url.pathname}${search}`;
}

function identityOf(
  request: HttpRequest,
  adapter: Adapter | undefined,
  policy: Policy,
): CallIdentity | Bypass {
  const { method, url, body } = request;
  const provider = adapter?.provider ?? url.host;
  if (adapter?.answers?.(url.pathname) === false) return { bypass: 'endpoint', provider };
  if (policy.when?.(...([body] as never)) === false) return { bypass: 'when', provider }; // the user's own type
  if (isFields(body) && adapter?.isStateful?.(body) === true)
    return { bypass: 'stateful', provider };
  const plainUrl = policy.crossMode ? (adapter?.cross?.plainUrl?.(url) ?? url) : url;
  const asked = {
    provider,
    operation: operationOf(method, plainUrl),
    streamed: plainUrl.href === url.href ? undefined : true,
    adapter,
    url,
    headers: keptHeaders(request.headers),
    request: parseExactly(request.text),
  };
  return identify(asked, policy);
}

/** What of an HTTP request is in the key: method, origin, path, query, headers and body. */
export function httpIdentity(
  request: HttpRequest,
  adapter: Adapter | undefined,
  policy: Policy,
): CallIdentity | Bypass {
  try {
    return identityOf(request, adapter, policy);
  } catch {
    // The user's own `when`, or an adapter, threw: the call goes through as it is.
    return { bypass: 'unreadable', provider: adapter?.provider ?? request.url.host };
  }
}
