import { digest, isAccountHeader, isCredential } from '@cached-llm/core/adapter';

/** Who calls a provider, as far as the request says it. */
export interface Credential {
  /** SHA-256 of all that says who asks. Callers without a credential have one in common. */
  readonly digest: string;
  /** False for a request that says nothing of who asks, as to a model of this machine. */
  readonly isGiven: boolean;
}

/**
 * Headers that say who asks, beside those that the core knows: of API Management of Azure; of AWS; of the gateways (Helicone,
 * Portkey, Cloudflare, Kong, Vercel). `proxy-authorization` is for the proxy.
 */
const HEADER =
  /^x-amz-security-token$|(^|-)(api-?key|subscription-key|virtual-key|access-token|auth-token|auth|authorization)$/;

/** Query parameters that say who asks: Google (`key`), Azure (`api-key`, `subscription-key`, `sig`), OAuth 2 (RFC 6750 §2.3). */
const PARAMETER =
  /^(key|api[-_]?key|subscription-key|(access|\$?oauth)_token|token|sig|x-amz-(credential|signature|security-token))$/i;

/** Does the header of this name say who asks, or on whose account? */
const isCredentialHeader = (name: string) =>
  name !== 'proxy-authorization' &&
  (isCredential(name) || isAccountHeader(name) || HEADER.test(name));

/** The names of a client's headers are the same few, and an expression takes longer than a look-up. */
const knownNames = new Map<string, string | false>();
const MOST_NAMES = 500;

/** The name in lower case of a header that says who asks, else false. */
function credentialName(given: string): string | false {
  const known = knownNames.get(given);
  if (known !== undefined) return known;
  if (knownNames.size >= MOST_NAMES) knownNames.clear();
  const name = given.toLowerCase();
  const found = isCredentialHeader(name) ? name : false;
  knownNames.set(given, found);
  return found;
}

/** All pairs of names and values, because a server may read the second of two headers. */
function headerPairs(rawHeaders: readonly string[]): string[] {
  const pairs: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = credentialName(rawHeaders[index] ?? '');
    if (name !== false) pairs.push(JSON.stringify([name, rawHeaders[index + 1]]));
  }
  return pairs;
}

function parameterPairs(query: string): string[] {
  if (query === '') return [];
  const pairs = [...new URLSearchParams(query)];
  return pairs
    .filter(([name]) => PARAMETER.test(name))
    .map(([name, value]) => JSON.stringify([`?${name.toLowerCase()}`, value]));
}

/** The headers that say who asks, as names and values in turn. */
export function credentialHeaders(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_text, index) => {
    const name = rawHeaders[index - (index % 2)] ?? '';
    return credentialName(name) !== false;
  });
}

/** A proxy has the same few callers again and again. */
const digests = new Map<string, string>();
const MOST_DIGESTS = 256;

function rememberedDigest(text: string): string {
  const known = digests.get(text);
  if (known !== undefined) return known;
  if (digests.size >= MOST_DIGESTS) digests.clear(); // tokens that change every hour do not pile up
  const made = digest(text);
  digests.set(text, made);
  return made;
}

/**
 * Who asks, from the headers as they came (`rawHeaders` of Node, so that no second header of a name is lost) and from its
 * query. The order in which a client writes them makes no difference.
 */
export function credentialOf(rawHeaders: readonly string[], query: string): Credential {
  const pairs = [...headerPairs(rawHeaders), ...parameterPairs(query)];
  return { digest: rememberedDigest(pairs.sort().join('\n')), isGiven: pairs.length > 0 };
}
