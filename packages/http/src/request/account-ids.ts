import {
  type AccountIds,
  type Adapter,
  type Fields,
  isFields,
  listOf,
  STORED_ANSWER_RETENTION,
} from '@cached-llm/core/adapter';

const STORED: AccountIds = { retention: STORED_ANSWER_RETENTION };
/** Thoughts that only the organization can have read again: github.com/Kilo-Org/kilo/pull/110. */
const ENCRYPTED: AccountIds = { retention: Number.POSITIVE_INFINITY };

/**
 * The ids in answers of OpenAI's format. OpenAI keeps a response unless the request says no, and each of its items has an id that a
 * later request may refer to. It keeps a chat completion only if the request says so.
 */
export function storedAnswerIds(request: Fields, { pathname }: URL): AccountIds | undefined {
  const isResponse = pathname.endsWith('/responses');
  const isStored = isResponse
    ? request.store !== false
    : request.store === true && pathname.endsWith('/chat/completions');
  if (isStored) return STORED;
  const isEncrypted = isResponse && listOf(request.include).includes('reasoning.encrypted_content');
  return isEncrypted ? ENCRYPTED : undefined;
}

/** What an adapter says of a request, or what is known of the path where there is none. */
export function accountIdsOf(
  { body, url }: { readonly body: unknown; readonly url: URL },
  adapter: Pick<Adapter, 'accountIds'> = { accountIds: storedAnswerIds },
): AccountIds | undefined {
  return isFields(body) ? adapter.accountIds?.(body, url) : undefined;
}
