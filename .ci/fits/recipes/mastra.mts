import { openai } from '@ai-sdk/openai';
import { cachedAiSdk } from '@cached-llm/ai-sdk';
import { createLlmCache } from '@cached-llm/core';
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { z } from 'zod';

const cache = createLlmCache({ store: 'sqlite:./llm.db', ttl: '1d' });

const clock = createTool({
  id: 'clock',
  description: 'The time in a city',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ time: `It is noon in ${city}.` }),
});

const agent = new Agent({
  id: 'guide',
  name: 'guide',
  instructions: 'Be brief.',
  model: cachedAiSdk(openai.chat('gpt-4o-mini'), { cache }),
  tools: { clock },
});

const { text } = await agent.generate('What time is it in Rome?');
console.log(text);

const { hits, misses } = cache.stats();
console.log({ hits, misses });
await cache.close();
