import { type Adapter, type Fields, fieldsOf, isFields, isGiven } from '@cached-llm/core/adapter';
import { atOwnHosts } from './identity.ts';
import { openai } from './openai-adapter.ts';

/** Groq writes the usage of a stream, and why it broke off, into a field of its own. */
function assemble(chunks: readonly unknown[]): Fields | undefined {
  const parts = chunks.map((chunk) => fieldsOf(fieldsOf(chunk).x_groq));
  if (parts.some(({ error }) => isGiven(error))) return { error: true };
  const whole = openai.stream.assemble(chunks);
  if (whole === undefined || whole.usage !== undefined) return whole;
  return { ...whole, usage: parts.findLast(({ usage }) => isFields(usage))?.usage };
}

/** Groq: OpenAI's format, with an end of a stream of its own. */
export const groq: Adapter = {
  ...openai,
  provider: 'groq',
  atOwnHosts: { ...atOwnHosts, hosts: /^api\.groq\.com$/ },
  // Nothing is stored there: `store` is not supported (groq/groq-typescript src/resources/chat/completions.ts).
  accountIds: () => undefined,
  stream: { ...openai.stream, assemble },
};
