import { env } from 'cloudflare:workers';
import { createLlmCache, infoOf } from '@cached-llm/core';
import type { Store } from '@cached-llm/core/store';
import { cachedOpenAI } from '@cached-llm/openai';
import { OpenAI } from 'openai';

/** Entries in Workers KV, which takes no time to live below 60 seconds. */
const answers: Store = {
  get: async (key) => (await env.ANSWERS.get(key)) ?? undefined,
  set: (key, value, ttl = 7 * 86_400_000) =>
    env.ANSWERS.put(key, value, { expirationTtl: Math.max(60, Math.ceil(ttl / 1000)) }),
  delete: (key) => env.ANSWERS.delete(key),
};

const cache = createLlmCache({ store: answers, storeTimeout: '1s', ttl: '1d' });
const client = cachedOpenAI(new OpenAI({ apiKey: env.OPENAI_API_KEY }), { cache });

export default {
  async fetch(request: Request): Promise<Response> {
    const question = new URL(request.url).searchParams.get('question') ?? 'Why is the sea salty?';
    const answer = await client.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: question }],
    });
    const text = answer.choices[0]?.message.content;
    return Response.json({ text, outcome: infoOf(answer)?.outcome });
  },
};
