import {
  type Adapter,
  type Fields,
  isFields,
  kindOf,
  LlmCacheError,
  listOf,
  type Rejection,
} from '@cached-llm/core';
import { cachedFetch, type Fetch } from '@cached-llm/http';
import { type CachedOpenAIOptions, openai } from './openai.ts';

const hasRunTools = (choice: unknown) =>
  isFields(choice) && isFields(choice.message) && listOf(choice.message.executed_tools).length > 0;

/** Compound models search the web and run code unasked. */
function rejects(response: unknown, request: unknown): Rejection | undefined {
  const isCompound = isFields(request) && /\bcompound\b/.test(String(request.model));
  const choices = isFields(response) ? listOf(response.choices) : [];
  const rejected = openai.rejects(response, request);
  return rejected ?? (isCompound || choices.some(hasRunTools) ? 'hosted-tool' : undefined);
}

const groqPart = (chunk: unknown): Fields =>
  isFields(chunk) && isFields(chunk.x_groq) ? chunk.x_groq : {};

/** Groq says what a stream used, and why it broke off, in a field of its own. */
function assemble(chunks: readonly unknown[]): Fields | undefined {
  const parts = chunks.map(groqPart);
  if (parts.some(({ error }) => error !== undefined && error !== null)) return { error: true };
  const whole = openai.stream.assemble(chunks);
  if (whole === undefined || whole.usage !== undefined) return whole;
  return { ...whole, usage: parts.findLast(({ usage }) => isFields(usage))?.usage };
}

/** Groq: OpenAI's wire, with its own end of a stream. */
export const groq: Adapter = {
  ...openai,
  provider: 'groq',
  rejects,
  stream: { ...openai.stream, assemble },
};

/** As much of a `groq-sdk` client as is needed, so that nobody else has to install it. */
export interface GroqClient {
  withOptions(options: { fetch: Fetch }): this;
  readonly chat: { readonly completions: object };
}

function isClient(client: unknown): client is GroqClient & { readonly fetch?: Fetch } {
  const candidate = client as Partial<GroqClient> | null; // looked at, not trusted
  return typeof candidate?.withOptions === 'function' && 'chat' in candidate;
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
  const given: unknown = client;
  if (!isClient(given)) {
    throw new LlmCacheError(
      'WRONG_CLIENT',
      `cachedGroq takes a client of the groq-sdk package; this is ${kindOf(client)}. Write cachedGroq(new Groq()).`,
    );
  }
  return client.withOptions({
    fetch: cachedFetch({ ...options, adapter: groq, fetch: given.fetch }),
  });
}
