// A handler as AWS Lambda calls it: two instances share the answers through Redis.
import { createLlmCache, defaultCache, LlmCacheError } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { redisStore } from '@cached-llm/store-redis';
import { OpenAI } from 'openai';

const { REDIS_URL = '', OPENAI_URL = '' } = process.env;
const events: string[] = [];
const cache = createLlmCache({
  store: redisStore({ url: REDIS_URL }),
  ttl: '1h',
  storeTimeout: 5000,
});
for (const name of ['hit', 'miss', 'store-error', 'bypass'] as const)
  cache.on(name, () => events.push(name));
const client = cachedOpenAI(new OpenAI({ apiKey: 'k', baseURL: `${OPENAI_URL}/v1` }), { cache });

export async function handler({ question }: { question: string }) {
  const { choices } = await client.chat.completions.create({
    model: 'm',
    messages: [{ role: 'user', content: question }],
  });
  return { statusCode: 200, body: choices[0]?.message.content, events };
}

/** Ends the connection, as a test has to. */
export async function close() {
  await cache.close();
  const { hits } = defaultCache().stats();
  if (hits > 0) throw new LlmCacheError('INVALID_OPTION', 'The default cache was not asked.');
}
