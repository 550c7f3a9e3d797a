import { LlmCacheError } from '@cached-llm/core';
import {
  describeKind,
  type ExpectedVersions,
  requireVersion,
  versionInUserAgent,
} from '@cached-llm/core/adapter';

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

/** The names of the classes of a client, its own first. */
function* classesOf(client: object): Generator<string> {
  let prototype = Object.getPrototypeOf(client);
  while (prototype !== null && prototype !== Object.prototype) {
    yield String(prototype.constructor?.name);
    prototype = Object.getPrototypeOf(prototype);
  }
}

/** Does no class of this client have the name of the SDK's own one? A bundler shortens names, and then nobody knows. */
function isOfAnotherSdk(client: object, { example }: ExpectedClient): boolean {
  const [, expected = ''] = /^new (\w+)/.exec(example) ?? [];
  const names = [...classesOf(client)];
  return names.every((name) => name.length > 3 && !name.includes(expected));
}

/**
 * Refuses a client of an SDK by Stainless whose version no test has covered. The version of another SDK says nothing, so a client
 * of one is refused for what it is.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT`
 */
export function requireClientVersion(
  client: object,
  expected: ExpectedClient & ExpectedVersions,
): void {
  try {
    requireVersion(expected, versionInUserAgent(client));
  } catch (error) {
    if (!isOfAnotherSdk(client, expected)) throw error;
    throw wrongClient(expected, describeKind(client));
  }
}
