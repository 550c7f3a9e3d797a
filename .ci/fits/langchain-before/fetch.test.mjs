import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { openai } from '@cached-llm/openai';
import { ChatOpenAI } from '@langchain/openai';
import fits from 'fits-trial';

test('a model of an older LangChain is cached by its fetch, also as a stream', async () => {
  const server = await fits.startServer();
  const fetch = cachedFetch({ cache: createLlmCache(), adapter: openai });
  const model = new ChatOpenAI({
    model: 'gpt-4o-mini',
    apiKey: 'none',
    configuration: { baseURL: server.url, fetch },
  });
  for (const _turn of [1, 2]) {
    const { content } = await model.invoke('Why is the sea salty?');
    assert.equal(content, 'Answer 1');
    await new Promise((stored) => setTimeout(stored, 50));
  }
  for (const _turn of [1, 2]) {
    let text = '';
    for await (const chunk of await model.stream('Why is the sea salty?')) text += chunk.content;
    assert.equal(text, 'Answer 2');
    await new Promise((stored) => setTimeout(stored, 50));
  }
  assert.equal(server.requests.length, 2);
  server.close();
});
