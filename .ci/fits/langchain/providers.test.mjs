// Models that do not tell LangChain's cache who answers, by their real packages: no two of them share an answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLlmCache } from '@cached-llm/core';
import { CachedLlmCache } from '@cached-llm/langchain';
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatCohere } from '@langchain/cohere';
import { ChatDeepSeek } from '@langchain/deepseek';
import { ChatGoogleGenerativeAI } from '@langchain/google-genai';
import { ChatGroq } from '@langchain/groq';
import { ChatMistralAI } from '@langchain/mistralai';
import { ChatOllama } from '@langchain/ollama';
import { AzureChatOpenAI, ChatOpenAI } from '@langchain/openai';

const key = { apiKey: 'k' };
const MODELS = {
  ChatAnthropic: (fields) => new ChatAnthropic({ ...key, ...fields }),
  ChatCohere: (fields) => new ChatCohere({ ...key, ...fields }),
  ChatGoogleGenerativeAI: (fields) => new ChatGoogleGenerativeAI({ ...key, ...fields }),
  ChatGroq: (fields) => new ChatGroq({ ...key, ...fields }),
  ChatMistralAI: (fields) => new ChatMistralAI({ ...key, ...fields }),
  ChatOllama: (fields) => new ChatOllama(fields),
  AzureChatOpenAI: (fields) =>
    new AzureChatOpenAI({
      azureOpenAIApiKey: 'k',
      azureOpenAIApiInstanceName: 'i',
      azureOpenAIApiDeploymentName: fields.model,
      azureOpenAIApiVersion: '2024-10-21',
      ...fields,
    }),
};
const DESCRIBED = {
  ChatOpenAI: (fields) => new ChatOpenAI({ ...key, ...fields }),
  ChatDeepSeek: (fields) => new ChatDeepSeek({ ...key, ...fields }),
};

const keyOf = (model) => model._getSerializedCacheKeyParametersForCall({});

for (const [name, make] of Object.entries(MODELS)) {
  test(`${name} bypasses the cache, and one event names the remedy`, async () => {
    const cache = createLlmCache();
    const events = [];
    cache.on('bypass', (event) => events.push(event));
    const lookup = new CachedLlmCache({ cache });
    const llmKey = keyOf(make({ model: 'small', temperature: 0.1 }));
    await lookup.update('Human: Hi', llmKey, [{ text: 'small' }]);
    assert.equal(await lookup.lookup('Human: Hi', llmKey), null);
    assert.equal(events.length, 1);
    assert.equal(events[0].reason, 'unidentified');
    assert.match(events[0].remedy, /cachedFetch/);
    await cache.close();
  });
}

for (const [name, make] of Object.entries(DESCRIBED)) {
  test(`${name} is served, each model and each temperature by its own`, async () => {
    const cache = createLlmCache();
    const lookup = new CachedLlmCache({ cache });
    const variants = [
      { model: 'small', temperature: 0.1 },
      { model: 'big', temperature: 0.1 },
      { model: 'big', temperature: 0.9 },
      { model: 'big', temperature: 0.9, configuration: { baseURL: 'http://127.0.0.1:1' } },
    ];
    for (const [index, fields] of variants.entries())
      await lookup.update('Human: Hi', keyOf(make(fields)), [
        { text: `${index}`, generationInfo: { finish_reason: 'stop' } },
      ]);
    for (const [index, fields] of variants.entries())
      assert.equal((await lookup.lookup('Human: Hi', keyOf(make(fields))))?.[0].text, `${index}`);
    await cache.close();
  });
}
