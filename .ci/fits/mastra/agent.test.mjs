// Mastra writes the time into each message, and its client makes call ids: an agent that runs again asks nothing all the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { cachedAiSdk } from '@cached-llm/ai-sdk';
import { createLlmCache } from '@cached-llm/core';
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { z } from 'zod';
import { startServer } from '../ai-sdk/server.mjs';

const now = createTool({
  id: 'now',
  description: 'The time in a city',
  inputSchema: z.object({ city: z.string() }),
  execute: async () => ({ time: 'noon' }),
});

function agentOf(model) {
  return new Agent({
    id: 'clock',
    name: 'clock',
    instructions: 'Be brief.',
    model,
    tools: { now },
  });
}

/** The texts of a run: a whole answer and a stream. */
async function run(agent) {
  const { text } = await agent.generate('What time is it in Rome?');
  const streamed = await agent.stream('What time is it in Rome, please?');
  let all = '';
  for await (const piece of streamed.textStream) all += piece;
  return [text, all];
}

test('the second run of an agent of Mastra makes no request', async () => {
  const server = await startServer();
  const cache = createLlmCache();
  const model = () =>
    cachedAiSdk(createOpenAICompatible({ name: 'local', baseURL: `${server.url}/v1` })('m'), {
      cache,
    });
  try {
    const first = await run(agentOf(model()));
    const { length } = server.requests;
    assert.ok(length >= 4);
    assert.deepEqual(await run(agentOf(model())), first);
    assert.equal(server.requests.length, length);
  } finally {
    server.close();
    await cache.close();
  }
});
