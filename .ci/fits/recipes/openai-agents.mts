import { createLlmCache } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { Agent, run, setDefaultOpenAIClient, setTracingDisabled, tool } from '@openai/agents';
import { OpenAI } from 'openai';
import { z } from 'zod';

const cache = createLlmCache({ store: 'sqlite:./llm.db', ttl: '1d' });

setDefaultOpenAIClient(cachedOpenAI(new OpenAI(), { cache }));
setTracingDisabled(true);

const clock = tool({
  name: 'clock',
  description: 'The time in a city',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => `It is noon in ${city}.`,
});

const agent = new Agent({
  name: 'Guide',
  instructions: 'Be brief.',
  model: 'gpt-4o-mini',
  modelSettings: { store: false },
  tools: [clock],
});

const { finalOutput } = await run(agent, 'What time is it in Rome?');
console.log(finalOutput);

const { hits, misses } = cache.stats();
console.log({ hits, misses });
await cache.close();
