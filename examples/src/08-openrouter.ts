// `cachedOpenAI` works for every API that speaks OpenAI's wire. Two base URLs never share answers.
import { createLlmCache } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { OpenAI } from 'openai';

const cache = createLlmCache();
const openRouter = cachedOpenAI(
  new OpenAI({
    baseURL: process.env.OPENROUTER_BASE_URL ?? 'https://openrouter.ai/api/v1',
    apiKey: process.env.OPENROUTER_API_KEY,
  }),
  { cache, ttl: '1d' },
);

for (const _round of [1, 2]) {
  const { data, response } = await openRouter.chat.completions
    .create({
      model: 'meta-llama/llama-3.3-70b-instruct',
      messages: [{ role: 'user', content: 'Why is the sea salty?' }],
    })
    .withResponse();
  console.log(response.headers.get('x-cached-llm'), data.choices[0]?.message.content);
}
