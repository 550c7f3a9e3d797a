import { digest, type Fields, fieldsOf } from '@cached-llm/core/adapter';
import type { Model } from './model-parts.ts';

/** What an answer carries that only the account that asked can use. */
export interface AccountIds {
  /** The provider stores the answer for 30 days, and accepts its ids no longer. */
  readonly isStored: boolean;
}

/** For how many milliseconds it stores one: platform.openai.com/docs/guides/your-data. */
export const RETENTION = 30 * 24 * 60 * 60 * 1000;

const optionsWith = (params: Fields, store: boolean) =>
  Object.values(fieldsOf(params.providerOptions)).some(
    (options) => fieldsOf(options).store === store,
  );

/**
 * Models of OpenAI's Responses API, also at Azure and xAI, are named `openai.responses`. Their answers have an `itemId` that the next
 * turn refers to; where nothing is stored, they have encrypted thoughts instead (vercel/ai packages/openai, src/responses).
 */
export function accountIdsOf({ provider }: Model, params: Fields): AccountIds | undefined {
  if (/\.responses$/.test(provider)) return { isStored: !optionsWith(params, false) };
  const isStoredChat = /\.chat$/.test(provider) && optionsWith(params, true);
  return isStoredChat ? { isStored: true } : undefined;
}

/** The headers that say who asks. */
const CREDENTIAL = /^(authorization|x-api-key|api-key|x-goog-api-key|cookie)$/;

/** Digests of the headers that say who asks, by their names in lower case, so that the option `ignore` reaches each of them. */
export function credentialsIn(headers: unknown): Record<string, string> {
  const given = Object.entries(fieldsOf(headers)).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  const found = given.filter(([name, value]) => value !== undefined && CREDENTIAL.test(name));
  return Object.fromEntries(
    found.map(([name, value]) => [name, `sha256 ${digest(String(value))}`]),
  );
}

/** A resource of Azure has a host of its own, so that no credential needs to name it. */
export function isAccountInUrl(endpoint: readonly unknown[]): boolean {
  return endpoint.some((url) => /^https:\/\/[^/]+\.azure\.com(\/|$)/.test(String(url)));
}
