import {
  type AccountIds,
  type Adapter,
  type Fields,
  isFields,
  listOf,
} from '@cached-llm/core/adapter';

/**
 * Thirty days: platform.openai.com/docs/guides/your-data, docs.x.ai/developers/model-capabilities/text/generate-text,
 * learn.microsoft.com/azure/ai-services/openai/how-to/responses. Nobody says how long a stored chat completion is kept.
 */
const RETENTION = 30 * 24 * 60 * 60 * 1000;

/**
 * A resource of Azure has a host of its own, and a project of Google Cloud stands in the path. Their tokens change every
 * hour, so that a digest of them would make each hour's requests misses.
 */
const ACCOUNT_IN_URL = /\.azure\.com$|(^|[.-])aiplatform\.googleapis\.com$/;

const STORED: AccountIds = { retention: RETENTION };
const STORED_IN_URL: AccountIds = { retention: RETENTION, isInUrl: true };
/** Thoughts that only the organization can have read again: github.com/Kilo-Org/kilo/pull/110. */
const ENCRYPTED: AccountIds = { retention: Number.POSITIVE_INFINITY };
const ENCRYPTED_IN_URL: AccountIds = { retention: Number.POSITIVE_INFINITY, isInUrl: true };

/**
 * The ids in answers of OpenAI's format. OpenAI keeps a response unless the request says no, and each of its items has an id that a
 * later request may refer to. It keeps a chat completion only if the request says so.
 */
export function storedAnswerIds(request: Fields, url: URL): AccountIds | undefined {
  const isResponse = url.pathname.endsWith('/responses');
  const isStored = isResponse
    ? request.store !== false
    : request.store === true && url.pathname.endsWith('/chat/completions');
  const isInUrl = ACCOUNT_IN_URL.test(url.hostname);
  if (isStored) return isInUrl ? STORED_IN_URL : STORED;
  const isEncrypted = isResponse && listOf(request.include).includes('reasoning.encrypted_content');
  if (isEncrypted) return isInUrl ? ENCRYPTED_IN_URL : ENCRYPTED;
  return undefined;
}

/** What an adapter says of a request, or what is known of the path where there is none. */
export function accountIdsOf(
  { body, url }: { readonly body: unknown; readonly url: URL },
  adapter: Pick<Adapter, 'accountIds'> = { accountIds: storedAnswerIds },
): AccountIds | undefined {
  return isFields(body) ? adapter.accountIds?.(body, url) : undefined;
}
