import { control, createLlmCache } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { OpenAI } from 'openai';

const cache = createLlmCache({ ttl: '1d' });
const { completions } = cachedOpenAI(new OpenAI(), { cache }).chat;
const request = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'Why is the sea salty?' }],
};

await completions.create(request); // miss
await completions.create(request); // hit

// Asks again, and stores the new answer for an hour.
const headers = control({ mode: 'refresh', ttl: '1h', tags: ['sea'] });
await completions.create(request, { headers }); // miss

const { hits, misses } = cache.stats();
console.log({ hits, misses });
