import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { defaultAdapter } from '@cached-llm/core/adapter';
import { describe, expect, test } from '@jest/globals';

const asked = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };
const chat = (message: object = {}) => ({
  choices: [{ index: 0, message: { content: 'Hello', ...message }, finish_reason: 'stop' }],
});
const message = (...blocks: object[]) => ({
  type: 'message',
  content: [...blocks, { type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
});
const candidate = (fields: object) => ({
  candidates: [{ content: { parts: [{ text: 'Hello' }] }, finishReason: 'STOP', ...fields }],
});

const rejected = (response: unknown, request: unknown = asked) =>
  defaultAdapter.rejects(response, request);

describe('an answer that a provider made with tools of its own is not stored, without an adapter', () => {
  test.each<[string, object]>([
    ['web search of OpenAI', { tools: [{ type: 'web_search' }] }],
    ['file search', { tools: [{ type: 'file_search', vector_store_ids: ['v'] }] }],
    ['a code interpreter', { tools: [{ type: 'code_interpreter' }] }],
    ['a server of MCP', { tools: [{ type: 'mcp', server_label: 's' }] }],
    ['web search of Anthropic', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['code execution of Anthropic', { tools: [{ type: 'code_execution_20250825', name: 'c' }] }],
    ['a connector for MCP', { mcp_servers: [{ type: 'url', url: 'https://mcp.example.com' }] }],
    ['skills', { container: { skills: [{ type: 'anthropic', skill_id: 'pptx' }] } }],
    ['search of Google', { tools: [{ google_search: {} }] }],
    ['search of Google, by its older name', { tools: [{ googleSearchRetrieval: {} }] }],
    ['search of Google, in the config of its SDK', { config: { tools: [{ googleSearch: {} }] } }],
    ['the context of a URL', { tools: [{ functionDeclarations: [] }, { urlContext: {} }] }],
    ['grounding of Bedrock', { toolConfig: { tools: [{ systemTool: { name: 'nova' } }] } }],
    ['connectors of Cohere', { connectors: [{ id: 'web-search' }] }],
    ['a plugin of OpenRouter', { plugins: [{ id: 'web' }] }],
    ['a model that searches', { model: 'gpt-4o-search-preview' }],
    ['a model that runs code', { model: 'groq/compound' }],
    ['the data of Azure', { data_sources: [{ type: 'azure_search' }] }],
  ])('as the request says: %s', (_what, fields) => {
    expect(rejected(chat(), { ...asked, ...fields })).toBe('hosted-tool');
    expect(rejected('Hello', { ...asked, ...fields })).toBe('hosted-tool');
  });

  test.each<[string, object]>([
    ['a citation', chat({ annotations: [{ type: 'url_citation' }] })],
    ['tools that were run', chat({ executed_tools: [{ type: 'search' }] })],
    ['sources beside the choices', { ...chat(), citations: ['https://example.com'] }],
    [
      'a step of a tool',
      { object: 'response', status: 'completed', output: [{ type: 'web_search_call' }] },
    ],
    ['a block of a tool', message({ type: 'server_tool_use', name: 'web_search' })],
    [
      'a quotation of the web',
      message({ type: 'text', text: 'a', citations: [{ type: 'web_search_result_location' }] }),
    ],
    ['what was found', candidate({ groundingMetadata: { webSearchQueries: ['a'] } })],
    [
      'code that was run',
      candidate({ content: { parts: [{ executableCode: {} }, { text: 'a' }] } }),
    ],
  ])('as the answer says: %s', (_what, response) => {
    expect(rejected(response)).toBe('hosted-tool');
  });

  test('and what else is wrong with it comes first', () => {
    const request = { ...asked, tools: [{ type: 'web_search' }] };
    const cut = { choices: [{ message: { content: 'Hel' }, finish_reason: 'length' }] };
    expect(rejected(cut, request)).toBe('truncated');
  });
});

describe('an answer is stored', () => {
  test.each<[string, object]>([
    ['with a function', { tools: [{ type: 'function', function: { name: 'web_search' } }] }],
    ['with a tool without a type', { tools: [{ name: 'web_search', input_schema: {} }] }],
    ['with declarations of functions', { tools: [{ functionDeclarations: [{ name: 'a' }] }] }],
    ['with a tool that is off', { tools: [{ googleSearch: null, functionDeclarations: [] }] }],
    ['with tools that are names', { tools: ['web_search'] }],
    ['with a tool of the user', { tools: [{ type: 'calculator' }] }],
    ['with an empty list', { mcp_servers: [], connectors: [], plugins: [] }],
  ])('%s', (_what, fields) => {
    expect(rejected(chat(), { ...asked, ...fields })).toBeUndefined();
  });

  test('where a record of the user has fields of the same names', () => {
    expect(
      rejected({ text: 'a', citations: ['b'] }, { container: { id: 1 }, tools: [{ type: 'mcp' }] }),
    ).toBeUndefined();
    expect(rejected({ output: ['a'], citations: ['b'] })).toBeUndefined();
  });

  test('by a function where `admit` names it', async () => {
    let calls = 0;
    const cache = createLlmCache();
    const answer = async (_request: object) => {
      calls += 1;
      return chat({ content: `answer ${calls}` });
    };
    const make = (admit: object) => cachedLlmCall(answer, { cache, admit, name: 'ask' });
    const request = { ...asked, tools: [{ type: 'web_search' }] };
    for (const admit of [{}, {}, { 'hosted-tool': true }, { 'hosted-tool': true }]) {
      await make(admit)(request);
    }
    expect(calls).toBe(3);
  });
});
