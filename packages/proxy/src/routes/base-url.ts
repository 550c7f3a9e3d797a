import { LlmCacheError } from '@cached-llm/core';

const EXAMPLE = 'such as https://host/v1';

const isWeb = ({ protocol }: URL) => protocol === 'http:' || protocol === 'https:';

const isPlain = ({ search, hash, username, password }: URL) =>
  `${search}${hash}${username}${password}` === '';

/**
 * A base URL, read.
 *
 * @param from where it was given: `OPENAI_BASE_URL`
 * @throws {LlmCacheError} `INVALID_OPTION` for what is none. The message has no password and no key.
 */
export function readBaseUrl(from: string, text: string): URL {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !isWeb(parsed)) {
    const shown = /[@?#]/.test(text) ? '' : `: ${JSON.stringify(text)}`; // they may hold a password or a key
    const what = `${from} is no base URL${shown}.`;
    throw new LlmCacheError('INVALID_OPTION', `${what} Write one ${EXAMPLE}, or leave it out.`);
  }
  if (isPlain(parsed)) return parsed;
  const what = `${from} has a user, a password, a query or a fragment, which no request would carry on.`;
  throw new LlmCacheError('INVALID_OPTION', `${what} Write a base URL without them, ${EXAMPLE}.`);
}
