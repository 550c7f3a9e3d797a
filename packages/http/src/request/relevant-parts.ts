import { type Adapter, digest, isNeutralHeader } from '@cached-llm/core/adapter';
import type { HttpRequest } from './read-request.ts';

/** The names of headers and query parameters that may carry a secret. The key has a digest of such a value, and not its text. */
const SECRET =
  /auth|key|token|secret|passw|credential|signature|^sig$|service-account|^x-portkey-config$/i;

const keyedValue = (name: string, value: string) =>
  SECRET.test(name) ? `sha256 ${digest(value)}` : value;

/** JSON, whatever the charset: a body is read as UTF-8, and one that is no UTF-8 has no key. */
const JSON_TYPE =
  /^\s*(application\/json|text\/plain)\s*(;\s*charset\s*=\s*"?(utf-8|us-ascii)"?\s*)?$/i;

/** Media types of which a server that answers with JSON may choose it. `axios` asks for all but one of them. */
const ANY_JSON = new Set(['*/*', 'application/*', 'application/json', 'text/plain']);

/** One type of an `accept` header, with its parameters, and the weight that it has beside the others. */
function rangeOf(range: string): { readonly type: string; readonly weight: number } {
  const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
  const [weights, others] = [true, false].map((isWeight) =>
    parameters.filter((each) => /^q=/i.test(each) === isWeight),
  );
  const weight = Number(weights?.[0]?.slice(2) ?? 1);
  return { type: [name.toLowerCase(), ...(others ?? [])].join(';'), weight };
}

/**
 * The `accept` header: none, any type and JSON are one, because a server that can answer with JSON does. Another
 * type, such as an event stream, another parameter or another preference is another answer (RFC 9110 §12.5.1).
 */
function acceptedTypes(accept: string): string | undefined {
  const ranges = accept.split(',').map(rangeOf);
  const weights = new Set(ranges.map(({ weight }) => weight));
  const isOneWeight = weights.size === 1 && !weights.has(0); // it prefers none of the types
  const types = ranges.map(({ type, weight }) => (isOneWeight ? type : `${type};q=${weight}`));
  const isJson =
    types.every((type) => ANY_JSON.has(type)) && types.some((type) => type !== 'text/plain');
  return isJson ? undefined : types.sort().join(', ');
}

/** Values of these headers that say the same are one; undefined where they say nothing. */
const NORMALISED: Readonly<Record<string, (value: string, url: URL) => string | undefined>> = {
  accept: acceptedTypes,
  'accept-language': (value) => (value.trim() === '*' ? undefined : value),
  'content-type': (value) => (JSON_TYPE.test(value) ? undefined : value.toLowerCase()),
  // One that is not the URL's own is asked of a virtual host (RFC 9110 §7.2).
  host: (value, url) => (value.toLowerCase() === url.host ? undefined : value.toLowerCase()),
};

function keyedHeader(name: string, value: string, url: URL): string | undefined {
  const normalise = NORMALISED[name];
  return normalise === undefined ? keyedValue(name, value) : normalise(value, url);
}

/** The headers that an answer may depend on; of a secret, its digest. */
export function relevantHeaders({ headers, url }: Pick<HttpRequest, 'headers' | 'url'>) {
  const relevant: Record<string, string> = {};
  for (const [name, value] of headers) {
    const keyed = isNeutralHeader(name) ? undefined : keyedHeader(name, value, url);
    if (keyed !== undefined) relevant[name] = keyed;
  }
  return relevant;
}

interface QueryCredentials {
  /** Takes these wherever its requests are sent. */
  readonly provider?: string;
  readonly hosts: RegExp;
  readonly names: RegExp;
}

/** Query parameters that say who asks, at the hosts that take a credential there. */
const QUERY_CREDENTIALS: readonly QueryCredentials[] = [
  // cloud.google.com/apis/docs/system-parameters
  {
    provider: 'google',
    hosts: /(^|\.)googleapis\.com$/,
    names: /^(key|access_token|\$?oauth_token)$/,
  },
  // learn.microsoft.com/azure/api-management/api-management-subscriptions
  { hosts: /\.azure-api\.(net|us|cn)$/, names: /^subscription-key$/i },
  // docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
  {
    hosts: /\.amazonaws\.com(\.cn)?$/,
    names: /^x-amz-(algorithm|credential|date|expires|security-token|signature|signedheaders)$/i,
  },
];

/** The query that an answer may depend on, sorted, with digests of secrets: `?api-version=1`, or nothing. */
export function relevantQuery(
  { hostname, searchParams }: URL,
  adapter: Adapter | undefined,
): string {
  const taken = QUERY_CREDENTIALS.filter(
    ({ hosts, provider }) => hosts.test(hostname) || (provider ?? '') === adapter?.provider,
  );
  const isCredential = (name: string) => taken.some(({ names }) => names.test(name));
  const query = new URLSearchParams();
  for (const [name, value] of searchParams) {
    if (!isCredential(name)) query.append(name, keyedValue(name, value));
  }
  query.sort();
  return query.size === 0 ? '' : `?${query}`;
}
