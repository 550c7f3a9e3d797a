import { LlmCacheError } from '@cached-llm/core';

/** What a function that caches clients takes. */
export interface ExpectedClient {
  /** The function itself, such as `cachedOpenAI`. */
  readonly wrapper: string;
  /** The package of its clients, such as `the openai package`. */
  readonly sdk: string;
  /** An expression that makes such a client, such as `new OpenAI()`. */
  readonly example: string;
}

/**
 * The error for what is not such a client. `found` says what it is, and never what is in it; `remedy`
 * says what to do where it is not enough to pass such a client.
 */
export function wrongClient(
  { wrapper, sdk, example }: ExpectedClient,
  found: string,
  remedy = `Write ${wrapper}(${example}).`,
): LlmCacheError {
  const message = `${wrapper} takes a client of ${sdk}; this is ${found}. ${remedy}`;
  return new LlmCacheError('WRONG_CLIENT', message);
}
