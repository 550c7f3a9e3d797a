import {
  type AccountIds,
  accountInKey,
  type Fields,
  fieldsOf,
  STORED_ANSWER_RETENTION,
} from '@cached-llm/core/adapter';
import type { Model } from './model-parts.ts';

const STORED: AccountIds = { retention: STORED_ANSWER_RETENTION };
const ENCRYPTED: AccountIds = { retention: Number.POSITIVE_INFINITY };

const optionsWith = (params: Fields, store: boolean) =>
  Object.values(fieldsOf(params.providerOptions)).some(
    (options) => fieldsOf(options).store === store,
  );

/**
 * Models of OpenAI's Responses API, also at Azure and xAI, are named `openai.responses`. Their answers have an `itemId` that the next
 * turn refers to; where nothing is stored, they have encrypted thoughts instead (vercel/ai packages/openai, src/responses).
 */
export function accountIdsOf({ provider }: Model, params: Fields): AccountIds | undefined {
  if (/\.responses$/.test(provider)) return optionsWith(params, false) ? ENCRYPTED : STORED;
  const isStoredChat = /\.chat$/.test(provider) && optionsWith(params, true);
  return isStoredChat ? STORED : undefined;
}

/** What the key has of the account that asks: the endpoints of a model, and its headers with those of the call over them. */
export function accountOf(
  endpoints: readonly unknown[],
  ...headers: readonly unknown[]
): Record<string, string> {
  const given = headers.flatMap((each) => Object.entries(fieldsOf(each)));
  const values = new Map(given.map(([name, value]) => [name.toLowerCase(), value]));
  const header = (name: string) => {
    const value = values.get(name);
    return value === undefined || value === null ? undefined : String(value);
  };
  const urls = endpoints.length === 0 ? [''] : endpoints.map(String);
  return Object.assign({}, ...urls.map((url) => accountInKey({ url, header })));
}
