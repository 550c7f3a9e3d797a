import { createLlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/langchain';
import { openai } from '@cached-llm/openai';
import { MemorySaver } from '@langchain/langgraph';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, tool } from 'langchain';
import { z } from 'zod';

const cache = createLlmCache({ store: 'sqlite:./llm.db', ttl: '1d' });

const model = new ChatOpenAI({
  model: 'gpt-4o-mini',
  configuration: { fetch: cachedFetch({ cache, adapter: openai }) },
});

const clock = tool(({ city }) => `It is noon in ${city}.`, {
  name: 'clock',
  description: 'The time in a city',
  schema: z.object({ city: z.string() }),
});

const agent = createAgent({ model, tools: [clock], checkpointer: new MemorySaver() });

const { messages } = await agent.invoke(
  { messages: [{ role: 'user', content: 'What time is it in Rome?' }] },
  { configurable: { thread_id: `thread-${Date.now()}` } },
);
console.log(messages.at(-1)?.text);

const { hits, misses } = cache.stats();
console.log({ hits, misses });
await cache.close();
