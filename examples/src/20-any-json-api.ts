// Without an SDK, `cachedFetch` answers a repeated JSON POST from the store.
import { createLlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';

const fetch = cachedFetch({ cache: createLlmCache({ ttl: '1d' }) });

const url = `${process.env.OPENAI_BASE_URL ?? 'https://api.openai.com/v1'}/chat/completions`;
const headers = { authorization: `Bearer ${process.env.OPENAI_API_KEY}` };
const body = JSON.stringify({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Why is the sea salty?' }],
});

for (const _round of [1, 2]) {
  const response = await fetch(url, { method: 'POST', headers, body });
  console.log(response.headers.get('x-cached-llm'), await response.text());
}
