import { anthropic } from '@cached-llm/anthropic';
import { bedrock } from '@cached-llm/bedrock';
import { cohere } from '@cached-llm/cohere';
import { defaultAdapter, type Usage } from '@cached-llm/core/adapter';
import { google } from '@cached-llm/google';
import { mistral } from '@cached-llm/mistral';
import { ollama } from '@cached-llm/ollama';
import { groq, openai } from '@cached-llm/openai';

/** One kind of call of one provider, and what its raw response says that it used. */
export interface CountedCall {
  /** The first two columns of the table in `docs/what-is-counted.md`. */
  readonly row: readonly [kind: string, provider: string];
  readonly adapter: { usageOf?(response: unknown): Usage | undefined };
  /** The provider in the list of prices, and the host that is asked. */
  readonly id: string;
  readonly host: string;
  readonly model: string;
  readonly response: object;
  /** US dollars, by the source that the table names. @default what the list says for the raw response */
  readonly usd?: number | 'unknown';
}

const OPENAI = { adapter: openai, id: 'openai', host: 'api.openai.com' };
const CLAUDE = { adapter: anthropic, id: 'anthropic', host: 'api.anthropic.com' };
const GEMINI = { adapter: google, id: 'google', host: 'generativelanguage.googleapis.com' };
const BEDROCK = { adapter: bedrock, id: 'aws', host: 'bedrock-runtime.us-east-1.amazonaws.com' };
const COHERE = { adapter: cohere, id: 'cohere', host: 'api.cohere.com' };
const GROQ = { adapter: groq, id: 'groq', host: 'api.groq.com' };
const OPENROUTER = { adapter: openai, id: 'openrouter', host: 'openrouter.ai' };

const chat = (model: string, usage: object, more: object = {}) => ({
  model,
  response: { object: 'chat.completion', model, choices: [], usage, ...more },
});
const answer = (model: string, usage: object, more: object = {}) => ({
  model,
  response: { object: 'response', status: 'completed', model, output: [], usage, ...more },
});
const message = (usage: object, model = 'claude-sonnet-4-20250514') => ({
  model,
  response: { type: 'message', model, stop_reason: 'end_turn', usage },
});
const content = (model: string, usageMetadata: object) => ({
  model,
  response: { candidates: [], modelVersion: model, usageMetadata },
});
const converse = (model: string, usage: object) => ({
  model,
  response: { output: { message: {} }, stopReason: 'end_turn', usage },
});
const texts = (modality: string, tokenCount: number) => ({ modality, tokenCount });

const CLAUDE_ON_BEDROCK = 'us.anthropic.claude-sonnet-4-20250514-v1:0';
const MILLION = { prompt_tokens: 1e6, completion_tokens: 0, total_tokens: 1e6 };
const WRITTEN = {
  input_tokens: 10,
  cache_read_input_tokens: 2000,
  cache_creation_input_tokens: 4000,
};
const CACHED = { inputTokens: 10, outputTokens: 255, cacheReadInputTokens: 2000 };

const encoded = (chunk: object) => ({
  chunk: { bytes: new TextEncoder().encode(JSON.stringify(chunk)) },
});

/** A stream of InvokeModel, put together as the adapter does it. */
const invoked = bedrock.stream.assemble(
  [
    {
      type: 'message_start',
      message: { role: 'assistant', content: [], usage: { ...WRITTEN, output_tokens: 1 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'x' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 255 } },
    {
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': {
        ...{ inputTokenCount: 10, outputTokenCount: 255 },
        ...{ cacheReadInputTokenCount: 2000, cacheWriteInputTokenCount: 4000 },
      },
    },
  ].map(encoded),
) as object;

const SOUND = {
  ...{ prompt_tokens: 1000, completion_tokens: 1000, total_tokens: 2000 },
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 900, text_tokens: 100 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 900, text_tokens: 100 },
};

export const COUNTED_CALLS: readonly CountedCall[] = [
  {
    ...{ row: ['chat, with cached tokens', 'OpenAI'], ...OPENAI },
    ...chat('gpt-4o', {
      ...{ prompt_tokens: 2000, completion_tokens: 500, total_tokens: 2500 },
      prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
    }),
  },
  {
    ...{ row: ['chat, with audio', 'OpenAI'], ...OPENAI },
    ...chat('gpt-audio', SOUND),
  },
  {
    ...{ row: ['chat, with audio of an older model', 'OpenAI'], ...OPENAI, usd: 'unknown' },
    ...chat('gpt-4o-audio-preview', SOUND),
  },
  {
    ...{ row: ['responses, with thoughts', 'OpenAI'], ...OPENAI },
    ...answer('gpt-5', {
      ...{ input_tokens: 3000, output_tokens: 900, total_tokens: 3900 },
      input_tokens_details: { cached_tokens: 2048 },
      output_tokens_details: { reasoning_tokens: 800 },
    }),
  },
  {
    // 1,000 tokens at 1.25 dollars, 100 at 10 dollars, and a search at 10 dollars for 1,000.
    ...{ row: ['responses, with a search', 'OpenAI'], ...OPENAI, usd: 0.01225 },
    ...answer(
      'gpt-5',
      {
        ...{ input_tokens: 1000, output_tokens: 100, total_tokens: 1100 },
        input_tokens_details: {},
      },
      {
        output: [
          { type: 'web_search_call', action: { type: 'search' } },
          { type: 'web_search_call', action: { type: 'open_page' } },
        ],
      },
    ),
  },
  {
    ...{ row: ['responses, with cache writes', 'OpenAI'], ...OPENAI },
    ...answer('gpt-5.6', {
      ...{ input_tokens: 3000, output_tokens: 900, total_tokens: 3900 },
      input_tokens_details: { cached_tokens: 1024, cache_write_tokens: 1500 },
      output_tokens_details: { reasoning_tokens: 800 },
    }),
  },
  {
    ...{ row: ['embeddings', 'OpenAI'], ...OPENAI, model: 'text-embedding-3-small' },
    response: {
      object: 'list',
      model: 'text-embedding-3-small',
      data: [],
      usage: { prompt_tokens: 8, total_tokens: 8 },
    },
  },
  {
    ...{ row: ['service `flex`', 'OpenAI'], ...OPENAI, usd: 0.625 },
    ...chat('gpt-5', MILLION, { service_tier: 'flex' }),
  },
  {
    ...{ row: ['service `priority`', 'OpenAI'], ...OPENAI, usd: 2.5 },
    ...chat('gpt-5', MILLION, { service_tier: 'priority' }),
  },
  {
    ...{ row: ['service `scale`', 'OpenAI'], ...OPENAI, usd: 'unknown' },
    ...chat('gpt-5', MILLION, { service_tier: 'scale' }),
  },
  {
    ...{ row: ['messages, cache for 5 minutes', 'Anthropic'], ...CLAUDE },
    ...message({
      ...WRITTEN,
      cache_creation: { ephemeral_5m_input_tokens: 4000 },
      output_tokens: 255,
    }),
  },
  {
    ...{ row: ['messages, cache for an hour', 'Anthropic'], ...CLAUDE },
    ...message({
      ...WRITTEN,
      cache_creation: { ephemeral_1h_input_tokens: 4000 },
      output_tokens: 255,
    }),
  },
  {
    ...{ row: ['messages, long request', 'Anthropic'], ...CLAUDE },
    ...message({
      ...WRITTEN,
      input_tokens: 250_000,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
      output_tokens: 255,
    }),
  },
  {
    ...{ row: ['service `batch`', 'Anthropic'], ...CLAUDE, usd: 1.5 },
    ...message(
      { cache_read_input_tokens: 0, input_tokens: 1e6, output_tokens: 0, service_tier: 'batch' },
      'claude-sonnet-4-6',
    ),
  },
  {
    ...{ row: ['in the US only', 'Anthropic'], ...CLAUDE, usd: 3.3 },
    ...message(
      { cache_read_input_tokens: 0, input_tokens: 1e6, output_tokens: 0, inference_geo: 'us' },
      'claude-sonnet-4-6',
    ),
  },
  {
    ...{ row: ['content, with thoughts', 'Gemini'], ...GEMINI },
    ...content('gemini-2.5-flash', {
      ...{
        promptTokenCount: 100,
        candidatesTokenCount: 50,
        thoughtsTokenCount: 400,
        totalTokenCount: 550,
      },
      promptTokensDetails: [texts('TEXT', 100)],
    }),
  },
  {
    ...{ row: ['content, with cached tokens', 'Gemini'], ...GEMINI },
    ...content('gemini-2.5-flash', {
      ...{
        promptTokenCount: 10_000,
        cachedContentTokenCount: 8000,
        candidatesTokenCount: 50,
        totalTokenCount: 10_050,
      },
      promptTokensDetails: [texts('TEXT', 10_000)],
      cacheTokensDetails: [texts('TEXT', 8000)],
    }),
  },
  {
    ...{ row: ['content, with audio', 'Gemini'], ...GEMINI },
    ...content('gemini-2.5-flash', {
      ...{ promptTokenCount: 10_000, candidatesTokenCount: 50, totalTokenCount: 10_050 },
      promptTokensDetails: [texts('TEXT', 1000), texts('AUDIO', 9000)],
    }),
  },
  {
    ...{ row: ['content, a picture', 'Gemini'], ...GEMINI },
    ...content('gemini-2.5-flash-image', {
      ...{ promptTokenCount: 10, candidatesTokenCount: 1290, totalTokenCount: 1300 },
      promptTokensDetails: [texts('TEXT', 10)],
      candidatesTokensDetails: [texts('IMAGE', 1290)],
    }),
  },
  {
    ...{ row: ['content, long request', 'Gemini'], ...GEMINI },
    ...content('gemini-2.5-pro', {
      ...{ promptTokenCount: 250_000, candidatesTokenCount: 1000, totalTokenCount: 251_000 },
      promptTokensDetails: [texts('TEXT', 250_000)],
    }),
  },
  {
    ...{ row: ['content, with results of tools', 'Gemini'], ...GEMINI },
    ...content('gemini-2.5-flash', {
      ...{ promptTokenCount: 100, toolUsePromptTokenCount: 900 },
      ...{ candidatesTokenCount: 50, totalTokenCount: 1050 },
    }),
  },
  {
    ...{ row: ['service `flex`', 'Gemini'], ...GEMINI, usd: 0.15 },
    ...content('gemini-2.5-flash', { promptTokenCount: 1e6, trafficType: 'ON_DEMAND_FLEX' }),
  },
  {
    ...{ row: ['service `priority`', 'Gemini'], ...GEMINI, usd: 'unknown' },
    ...content('gemini-2.5-flash', { promptTokenCount: 1e6, trafficType: 'ON_DEMAND_PRIORITY' }),
  },
  {
    ...{ row: ['Converse, with cached tokens', 'Bedrock'], ...BEDROCK },
    ...converse(CLAUDE_ON_BEDROCK, { ...CACHED, totalTokens: 6265, cacheWriteInputTokens: 4000 }),
  },
  {
    ...{ row: ['InvokeModel, a stream', 'Bedrock'], ...BEDROCK, usd: 0.019455 },
    ...{ model: CLAUDE_ON_BEDROCK, response: invoked },
  },
  {
    ...{ row: ['service `flex`', 'Bedrock'], ...BEDROCK, usd: 'unknown' },
    model: CLAUDE_ON_BEDROCK,
    response: { output: { message: {} }, usage: CACHED, serviceTier: { type: 'flex' } },
  },
  {
    ...{ row: ['chat', 'Mistral'], adapter: mistral, id: 'mistral', host: 'api.mistral.ai' },
    ...chat('mistral-large-latest', {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
    }),
  },
  {
    ...{ row: ['chat, with cached tokens', 'Groq'], ...GROQ },
    ...chat('openai/gpt-oss-120b', {
      ...{ prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 },
      prompt_tokens_details: { cached_tokens: 800 },
    }),
  },
  {
    ...{ row: ['service `flex`', 'Groq'], ...GROQ, usd: 0.15 },
    ...chat('openai/gpt-oss-120b', MILLION, { service_tier: 'flex' }),
  },
  {
    ...{ row: ['chat', 'Cohere'], ...COHERE, model: 'command-a-03-2025' },
    response: {
      model: 'command-a-03-2025',
      usage: {
        billed_units: { input_tokens: 5, output_tokens: 20 },
        tokens: { input_tokens: 500, output_tokens: 22 },
      },
    },
  },
  {
    ...{ row: ['embeddings', 'Cohere'], ...COHERE, model: 'embed-v4.0' },
    response: { embeddings: { float: [[1]] }, meta: { billed_units: { input_tokens: 5 } } },
  },
  {
    ...{ row: ['embeddings of pictures', 'Cohere'], ...COHERE, model: 'embed-v4.0', usd: 0.000144 },
    response: {
      embeddings: { float: [[1]] },
      meta: { billed_units: { images: 1, input_tokens: 0, image_tokens: 1200 } },
    },
  },
  {
    ...{ row: ['rerank', 'Cohere'], ...COHERE, model: 'rerank-v3.5', usd: 'unknown' },
    response: { results: [{}], meta: { billed_units: { search_units: 1 } } },
  },
  {
    ...{ row: ['chat', 'Ollama'], adapter: ollama, id: 'ollama', host: 'localhost', usd: 0 },
    ...{
      model: 'llama3.2',
      response: { model: 'llama3.2', done: true, prompt_eval_count: 10, eval_count: 20 },
    },
  },
  {
    ...{ row: ['chat', 'OpenRouter'], ...OPENROUTER, usd: 0.00075 },
    ...chat('openai/gpt-4o', {
      prompt_tokens: 100,
      completion_tokens: 50,
      cost: 0.00075,
      cost_details: { upstream_inference_cost: null },
    }),
  },
  {
    ...{ row: ['chat, with an own key', 'OpenRouter'], ...OPENROUTER, usd: 0.0007875 },
    ...chat('openai/gpt-4o', {
      ...{ prompt_tokens: 100, completion_tokens: 50, is_byok: true, cost: 0.0000375 },
      cost_details: { upstream_inference_cost: 0.00075 },
    }),
  },
  {
    ...{
      row: ['chat', 'Perplexity'],
      adapter: openai,
      id: 'perplexity',
      host: 'api.perplexity.ai',
      usd: 0.00705,
    },
    ...chat('sonar-pro', {
      prompt_tokens: 100,
      completion_tokens: 50,
      cost: { request_cost: 0.006, total_cost: 0.00705 },
    }),
  },
  {
    ...{ row: ['chat', 'xAI'], adapter: openai, id: 'x-ai', host: 'api.x.ai', usd: 0.0001399 },
    ...chat('grok-3-mini', {
      prompt_tokens: 291,
      completion_tokens: 26,
      total_tokens: 506,
      cost_in_usd_ticks: 1_399_000,
    }),
  },
  {
    ...{
      row: ['chat, with cached tokens', 'DeepSeek'],
      adapter: openai,
      id: 'deepseek',
      host: 'api.deepseek.com',
    },
    ...chat('deepseek-chat', {
      ...{ prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 },
      ...{
        prompt_cache_hit_tokens: 900,
        prompt_cache_miss_tokens: 100,
        prompt_tokens_details: { cached_tokens: 900 },
      },
    }),
  },
  {
    ...{
      row: ['embeddings', 'Voyage'],
      adapter: defaultAdapter,
      id: 'voyageai',
      host: 'api.voyageai.com',
    },
    ...{
      model: 'voyage-3.5',
      usd: 0.06,
      response: { object: 'list', model: 'voyage-3.5', data: [], usage: { total_tokens: 1e6 } },
    },
  },
];
