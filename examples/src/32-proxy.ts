// A proxy answers programs of any language. Each gets a base URL in the variable that it reads, and nothing else changes.
import { createLlmCache } from '@cached-llm/core';
import { proxiedVariables, startProxy, upstreamsIn } from '@cached-llm/proxy';

const cache = createLlmCache({ ttl: '30d' });
const upstreams = upstreamsIn(process.env);
const proxy = await startProxy({ cache, port: 0, upstreams });
const { OPENAI_BASE_URL } = proxiedVariables(proxy, process.env);

const authorization = `Bearer ${process.env.OPENAI_API_KEY}`;
const body = JSON.stringify({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Why is the sea salty?' }],
});
for (const _program of [1, 2]) {
  const headers = { authorization, 'content-type': 'application/json' };
  const url = `${OPENAI_BASE_URL}/chat/completions`;
  const response = await fetch(url, { method: 'POST', headers, body });
  console.log(response.headers.get('x-cached-llm'), response.status);
  await response.text();
}

await proxy.close();
await cache.close();
