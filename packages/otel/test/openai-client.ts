import { createRequire } from 'node:module';
import { createLlmCache, type LlmCache } from '@cached-llm/core';
import { type ReceivedRequest, startWireServer } from '@cached-llm/testing';
import { type ObserveOptions, observeCache } from '../src/index.ts';
import { afterTest, startMetrics } from './observed.ts';

const require = createRequire(import.meta.url);

/** What is used here of a client of OpenAI. */
interface Client {
  readonly chat: {
    readonly completions: {
      create(body: {
        readonly model: string;
        readonly messages: readonly { readonly role: string; readonly content: string }[];
      }): Promise<unknown>;
    };
  };
  readonly embeddings: {
    create(body: { readonly model: string; readonly input: readonly string[] }): Promise<unknown>;
  };
}

interface Sdk {
  readonly OpenAI: new (options: object) => Client;
}

interface Caching {
  cachedOpenAI(client: Client, options: { readonly cache: LlmCache }): Client;
}

/**
 * The SDK of OpenAI, version 6, which is the newest one that the instrumentation takes. It is loaded and not imported,
 * because an instrumentation has to be there before it.
 */
export const openaiSdk = (): Sdk => require('openai6') as Sdk; // as its own types say

const cachingOf = async (path: string) => (await import(path)) as Caching; // likewise

const usage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };
const choice = { index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' };

/** An answer to what was asked. Its model has another name than the one that was asked. */
function answer({ path, json }: ReceivedRequest) {
  const { model, input = [], messages } = json as Record<string, unknown> & { input?: string[] };
  if (JSON.stringify(messages ?? '').includes('refuse')) {
    return { status: 400, body: { error: { message: 'refuse', type: 'invalid_request_error' } } };
  }
  if (!path.endsWith('/embeddings')) {
    const said = { id: 'c', object: 'chat.completion', model: `${model}-2026`, usage };
    return { body: { ...said, choices: [choice] } };
  }
  const data = input.map((_text, index) => ({ object: 'embedding', index, embedding: [1, 2] }));
  const counted = { prompt_tokens: 31, total_tokens: 31 };
  return { body: { object: 'list', model, data, usage: counted } };
}

/** OpenAI's SDK, cached and observed, in front of a server. */
export async function startClient(observing: Omit<ObserveOptions, 'meterProvider'> = {}) {
  const recorded = startMetrics();
  const server = await startWireServer({ answer });
  const cache = createLlmCache();
  observeCache(cache, { meterProvider: recorded.meterProvider, ...observing });
  afterTest(() => cache.close());
  afterTest(() => server.close());
  const { OpenAI } = openaiSdk();
  const plain = new OpenAI({ apiKey: 'sk-test', baseURL: `${server.url}/v1`, maxRetries: 0 });
  const { cachedOpenAI } = await cachingOf(require.resolve('@cached-llm/openai'));
  const client = cachedOpenAI(plain, { cache });
  const chat = (content: string, model = 'gpt-4o') =>
    client.chat.completions.create({ model, messages: [{ role: 'user', content }] });
  return { ...recorded, server, client, chat, cache, port: Number(new URL(server.url).port) };
}
