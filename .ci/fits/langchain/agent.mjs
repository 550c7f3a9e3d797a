// An agent of LangGraph that calls two tools: it asks nothing when it runs again in another thread.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from './server.mjs';

export function testAgent({ createLlmCache, CachedLlmCache, cachedFetch }, sdk) {
  const { createAgent, tool, ChatOpenAI, MemorySaver, z } = sdk;
  const now = tool(({ city }) => `noon in ${city}`, {
    name: 'now',
    description: 'The time in a city',
    schema: z.object({ city: z.string() }),
  });

  const WAYS = {
    CachedLlmCache: (cache) => ({ cache: new CachedLlmCache({ cache }) }),
    cachedFetch: (cache) => ({ configuration: { fetch: cachedFetch({ cache }) } }),
  };

  for (const [name, wayOf] of Object.entries(WAYS)) {
    test(`the second run of createAgent makes no request: ${name}`, async () => {
      const server = await startServer();
      const cache = createLlmCache();
      const { configuration, ...way } = wayOf(cache);
      const run = async (thread) => {
        const model = new ChatOpenAI({
          ...way,
          model: 'm',
          apiKey: 'k',
          configuration: { ...configuration, baseURL: `${server.url}/v1` },
        });
        const agent = createAgent({ model, tools: [now], checkpointer: new MemorySaver() });
        const { messages } = await agent.invoke(
          { messages: [{ role: 'user', content: 'What time is it in Rome?' }] },
          { configurable: { thread_id: thread }, context: { user: thread } },
        );
        return messages.map(({ content }) => content);
      };
      try {
        const first = await run('one');
        assert.equal(server.requests.length, 2);
        assert.deepEqual(await run('other'), first);
        assert.equal(server.requests.length, 2);
      } finally {
        server.close();
        await cache.close();
      }
    });
  }
}
