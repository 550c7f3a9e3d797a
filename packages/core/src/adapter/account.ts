import { digest } from '../key/index.ts';

/** The headers that say who asks. They are in no key, but for answers that only the account that asked can use. */
const CREDENTIALS: readonly string[] = [
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'cookie',
];

/** Does the header of this name, in lower case, say who asks? */
export const isCredential = (name: string) => CREDENTIALS.includes(name);

/**
 * For how many milliseconds OpenAI and the APIs in its format store a response: platform.openai.com/docs/guides/your-data.
 * Nobody says how long a chat completion is stored.
 */
export const STORED_ANSWER_RETENTION = 30 * 24 * 60 * 60 * 1000;

/** How a request names the account for which it asks, beside its credential. */
interface AccountName {
  /** The URLs where this is so. */
  readonly urls: RegExp;
  /** The header that names it, in lower case. @default none: the URL does */
  readonly header?: string | undefined;
  /**
   * Can each credential of this account use what another one got? Then no key needs a credential, and an API key may be
   * replaced without a miss.
   */
  readonly isWhole: boolean;
  /** Where this is said. */
  readonly source: string;
}

/**
 * The names of accounts. The URL is in every key, and so is each of these headers: no list of neutral headers has it.
 * A gateway at another host may not read such a header, hence the URLs.
 */
const ACCOUNT_NAMES: readonly AccountName[] = [
  {
    urls: /^https:\/\/(?:[a-z]{2}\.)?api\.openai\.com\//,
    header: 'openai-project',
    isWhole: true, // it says for which project a request is made
    source:
      'platform.openai.com/docs/api-reference/authentication; openai/openai-node src/client.ts',
  },
  {
    urls: /^https:\/\/(?:[a-z]{2}\.)?api\.openai\.com\//,
    header: 'openai-organization',
    isWhole: false, // an organization has several projects
    source: 'openai/openai-node src/client.ts',
  },
  {
    urls: /^https:\/\/api\.anthropic\.com\//,
    header: 'anthropic-workspace-id',
    isWhole: true,
    source: '@anthropic-ai/sdk 1.x lib/credentials/credential-chain.js',
  },
  {
    urls: /^https:\/\/[^/]*\.googleapis\.com\//,
    header: 'x-goog-user-project',
    isWhole: false, // it says who pays
    source: 'cloud.google.com/apis/docs/system-parameters',
  },
  {
    urls: /^https?:\/\/[^/]+\.azure\.com(?::\d+)?(?:\/|$)/,
    isWhole: true, // a resource has a host of its own, and its tokens change every hour
    source: 'learn.microsoft.com/azure/ai-services/openai/reference',
  },
  {
    urls: /^https?:\/\/(?:[^/]+[.-])?aiplatform(?:\.(?:us|eu)\.rep)?\.googleapis\.com\/.*\/projects\//,
    isWhole: true, // likewise
    source: 'cloud.google.com/vertex-ai/docs/reference/rest',
  },
];

const HEADERS: ReadonlySet<string> = new Set(ACCOUNT_NAMES.flatMap(({ header }) => header ?? []));

/** Does the header of this name, in lower case, name an account? */
export const isAccountHeader = (name: string) => HEADERS.has(name);

/** Where a request is sent, and its headers. */
export interface AccountRequest {
  /** Origin and path. */
  readonly url: string;
  /** The value of a header by its name in lower case. */
  header(name: string): string | null | undefined;
}

function isNamed(
  { url, header }: AccountRequest,
  { urls, header: name, isWhole }: AccountName,
): boolean {
  if (!isWhole || !urls.test(url)) return false;
  return name === undefined || Boolean(header(name));
}

/** Clients ask with the same few credentials again and again, and a digest takes as long as the rest of a look-up. */
const digests = new Map<string, string>();
const MOST_DIGESTS = 64;

function rememberedDigest(value: string): string {
  const known = digests.get(value);
  if (known !== undefined) return known;
  if (digests.size >= MOST_DIGESTS) digests.clear(); // tokens that change every hour do not pile up
  const made = `sha256 ${digest(value)}`;
  digests.set(value, made);
  return made;
}

/**
 * The part of a key that names the account, for an answer that only one account can use. It is empty if the request itself
 * names this account. If not, it has digests of the credentials, by the names of their headers: the option `ignore`
 * reaches each of them.
 */
export function accountInKey(request: AccountRequest): Record<string, string> {
  if (ACCOUNT_NAMES.some((name) => isNamed(request, name))) return {};
  const found: Record<string, string> = {};
  for (const name of CREDENTIALS) {
    const value = request.header(name);
    if (typeof value === 'string') found[name] = rememberedDigest(value);
  }
  return found;
}

/** The digest of the credentials of a request, whichever account it names. */
export function credentialDigest(headers: { get(name: string): string | null }): string {
  return digest(JSON.stringify(CREDENTIALS.map((name) => headers.get(name))));
}
