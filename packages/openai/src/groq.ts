import { groq } from './groq-adapter.ts';
import { type CachedOpenAIOptions, withCachedFetch } from './openai.ts';

/** As much of a `groq-sdk` client as is used, so that only those who use Groq install it. */
export interface GroqClient {
  readonly chat: { readonly completions: object };
}

/**
 * The same client of the `groq-sdk` package, whose repeated calls are answered from a store: same class,
 * same types, streams and `.withResponse()` included. The client you pass is unchanged.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but such a client.
 */
export function cachedGroq<Client extends GroqClient>(
  client: Client,
  options: CachedOpenAIOptions = {},
): Client {
  const expected = {
    wrapper: 'cachedGroq',
    sdk: 'the groq-sdk package',
    package: 'groq-sdk',
    range: '>=0.3 <2',
    example: 'new Groq()',
  };
  return withCachedFetch(client, expected, { ...options, adapter: groq });
}
