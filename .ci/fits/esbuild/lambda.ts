import { createLlmCache, infoOf } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { redisStore } from '@cached-llm/store-redis';
import { OpenAI } from 'openai';

/** What the cache still does after an answer: it writes the entry. */
const unfinished: Promise<unknown>[] = [];

const cache = createLlmCache({
  store: redisStore({ url: process.env.REDIS_URL ?? 'redis://localhost:6379' }),
  ttl: '1d',
  waitUntil: (work) => {
    unfinished.push(work);
  },
});
const client = cachedOpenAI(new OpenAI(), { cache });

export async function handler({ question }: { question: string }) {
  const answer = await client.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: question }],
  });
  await Promise.allSettled(unfinished.splice(0));
  const text = answer.choices[0]?.message.content;
  return { statusCode: 200, body: JSON.stringify({ text, outcome: infoOf(answer)?.outcome }) };
}
