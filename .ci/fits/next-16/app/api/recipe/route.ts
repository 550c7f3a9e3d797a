import { createLlmCache, infoOf } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { redisStore } from '@cached-llm/store-redis';
import { after } from 'next/server';
import { OpenAI } from 'openai';

const cache = createLlmCache({
  store: redisStore({ url: process.env.REDIS_URL ?? 'redis://localhost:6379' }),
  ttl: '1d',
  waitUntil: after,
});

export async function POST(request: Request) {
  const { question } = await request.json();
  const client = cachedOpenAI(new OpenAI(), { cache });
  const answer = await client.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: String(question) }],
  });
  const text = answer.choices[0]?.message.content;
  return Response.json({ text, outcome: infoOf(answer)?.outcome });
}
