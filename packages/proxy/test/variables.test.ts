import { createLlmCache } from '@cached-llm/core';
import { proxiedVariables, startProxy, upstreamsIn } from '@cached-llm/proxy';
import { describe, expect, test } from '@jest/globals';

const PROXY = {
  url: 'http://127.0.0.1:4141',
  routes: [
    { name: 'openai', url: 'http://127.0.0.1:4141/openai/v1' },
    { name: 'mistral', url: 'http://127.0.0.1:4141/mistral' },
    { name: 'azure-endpoint', url: 'http://127.0.0.1:4141/azure-endpoint' },
  ],
};

describe('the variables of an environment', () => {
  test('lead to the routes of a proxy, with the path that the clients of each read', async () => {
    const cache = createLlmCache({ store: 'memory:' });
    const proxy = await startProxy({ cache, port: 0 });
    expect(proxiedVariables(proxy)).toEqual({
      OPENAI_BASE_URL: `${proxy.url}/openai/v1`,
      OPENAI_API_BASE: `${proxy.url}/openai/v1`,
      OPENAI_API_BASE_URL: `${proxy.url}/openai/v1`,
      ANTHROPIC_BASE_URL: `${proxy.url}/anthropic`,
      ANTHROPIC_API_URL: `${proxy.url}/anthropic`,
      ANTHROPIC_API_BASE: `${proxy.url}/anthropic`,
      GOOGLE_GEMINI_BASE_URL: `${proxy.url}/google`,
      GOOGLE_API_BASE_URL: `${proxy.url}/google`,
      MISTRAL_BASE_URL: `${proxy.url}/mistral/v1`,
      MISTRAL_API_BASE: `${proxy.url}/mistral/v1`,
      MISTRAL_API_BASE_URL: `${proxy.url}/mistral/v1`,
      CO_API_URL: `${proxy.url}/cohere`,
      GROQ_BASE_URL: `${proxy.url}/groq`,
      OLLAMA_HOST: `${proxy.url}/ollama`,
      OLLAMA_BASE_URL: `${proxy.url}/ollama`,
      OLLAMA_API_BASE: `${proxy.url}/ollama`,
      OPENROUTER_BASE_URL: `${proxy.url}/openrouter/api/v1`,
      OPENROUTER_API_BASE: `${proxy.url}/openrouter/api/v1`,
    });
    await proxy.close();
    await cache.close();
  });

  test.each([
    [{}, {}],
    [{ OPENAI_BASE_URL: '' }, {}],
    [{ OPENAI_BASE_URL: 'http://host/v1/' }, { openai: { url: 'http://host/v1' } }],
    [
      { OPENAI_API_BASE: 'http://second/v1', OPENAI_BASE_URL: 'http://first/v1' },
      { openai: { url: 'http://first/v1' } },
    ],
    [{ MISTRAL_BASE_URL: 'http://host/v1' }, { mistral: { url: 'http://host' } }],
    [{ MISTRAL_API_BASE: 'http://host' }, { mistral: { url: 'http://host' } }],
    [{ OLLAMA_HOST: 'gpu' }, { ollama: { url: 'http://gpu:11434' } }],
    [{ OLLAMA_HOST: 'gpu:80' }, { ollama: { url: 'http://gpu:80' } }],
    [{ OLLAMA_HOST: ':8080' }, { ollama: { url: 'http://127.0.0.1:8080' } }],
    [{ OLLAMA_HOST: '0.0.0.0' }, { ollama: { url: 'http://127.0.0.1:11434' } }],
    [{ OLLAMA_HOST: 'https://gpu/ollama' }, { ollama: { url: 'https://gpu/ollama' } }],
    [{ AZURE_OPENAI_ENDPOINT: 'https://mine.openai.azure.com/' }, {}],
    [
      { AZURE_API_BASE: 'https://llm.mine.example/' },
      { 'azure-endpoint': { url: 'https://llm.mine.example', adapter: 'openai' } },
    ],
  ])('%j has the upstreams %j', (environment, upstreams) => {
    expect(upstreamsIn(environment)).toEqual(upstreams);
  });

  test.each([
    ['https://mine.openai.azure.com/', '/azure/mine.openai.azure.com'],
    ['https://mine.cognitiveservices.azure.com', '/azure/mine.cognitiveservices.azure.com'],
    ['https://llm.mine.example', '/azure-endpoint'],
  ])('lead to a resource of Azure, where one is named: %s', (endpoint, path) => {
    const variables = proxiedVariables(PROXY, { AZURE_OPENAI_ENDPOINT: endpoint });
    expect(variables).toMatchObject({
      AZURE_OPENAI_ENDPOINT: `${PROXY.url}${path}`,
      AZURE_API_BASE: `${PROXY.url}${path}`,
    });
  });

  test('leave out the routes that a proxy lacks, and Azure where nobody names a resource', () => {
    expect(Object.keys(proxiedVariables(PROXY)).map((name) => name.split('_')[0])).toEqual([
      ...Array(3).fill('OPENAI'),
      ...Array(3).fill('MISTRAL'),
    ]);
  });
});
