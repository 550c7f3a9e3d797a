import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { json as jsonOf } from 'node:stream/consumers';
import { createOpenAI } from '@ai-sdk/openai';
import { Anthropic } from '@anthropic-ai/sdk';
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { cachedAiSdk } from '@cached-llm/ai-sdk';
import { cachedAnthropic } from '@cached-llm/anthropic';
import { cachedBedrock } from '@cached-llm/bedrock';
import { cachedCohere } from '@cached-llm/cohere';
import type { LlmCache } from '@cached-llm/core';
import { cachedGoogle } from '@cached-llm/google';
import { CachedLlmCache, cachedFetch } from '@cached-llm/langchain';
import { cachedMistral } from '@cached-llm/mistral';
import { cachedOllama } from '@cached-llm/ollama';
import { cachedGroq, cachedOpenAI, openai } from '@cached-llm/openai';
import { type ReceivedRequest, serverSentEvents } from '@cached-llm/testing';
import { GoogleGenAI } from '@google/genai';
import { ChatOpenAI } from '@langchain/openai';
import { Mistral } from '@mistralai/mistralai';
import { generateText, streamText } from 'ai';
import { CohereClientV2 } from 'cohere-ai';
import { Groq } from 'groq-sdk';
import { Ollama } from 'ollama';
import { OpenAI } from 'openai';

const said = 'Rivers bring it.';
const envelope = { id: 'one', created: 1, model: 'a-model' };
const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };

function chat(isStream: boolean) {
  const message = { role: 'assistant', content: said };
  const choice = { index: 0, finish_reason: 'stop' };
  const whole = { object: 'chat.completion', choices: [{ ...choice, message }], usage };
  if (!isStream) return { body: { ...envelope, ...whole } };
  const chunk = (delta: object, finish_reason: string | null) => {
    return {
      ...envelope,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason }],
    };
  };
  return { kind: 'sse' as const, body: [chunk(message, null), chunk({}, 'stop'), '[DONE]'] };
}

function messages(isStream: boolean) {
  const content = [{ type: 'text', text: said }];
  const counts = { input_tokens: 5, output_tokens: 3 };
  const whole = { id: 'm', type: 'message', role: 'assistant', model: 'a-model', usage: counts };
  if (!isStream) return { body: { ...whole, stop_reason: 'end_turn', content } };
  const events = [
    { type: 'message_start', message: { ...whole, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: said } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: counts },
    { type: 'message_stop' },
  ];
  const body = serverSentEvents(events.map((data) => ({ event: data.type, data })));
  return { kind: 'sse' as const, body };
}

function ofCohere(isStream: boolean) {
  const message = { role: 'assistant', content: [{ type: 'text', text: said }] };
  if (!isStream) return { body: { id: 'one', message, finish_reason: 'COMPLETE' } };
  const delta = { message: { content: { type: 'text', text: said } } };
  const body = [
    { type: 'message-start', id: 'one', delta: { message: { role: 'assistant' } } },
    { type: 'content-delta', index: 0, delta },
    { type: 'message-end', delta: { finish_reason: 'COMPLETE' } },
  ];
  return { kind: 'sse' as const, body };
}

function ofOllama(isStream: boolean) {
  const line = (content: string, rest: object) => ({
    model: 'm',
    message: { role: 'assistant', content },
    ...rest,
  });
  const end = { done: true, done_reason: 'stop' };
  if (!isStream) return { body: line(said, end) };
  return { kind: 'ndjson' as const, body: [line(said, { done: false }), line('', end)] };
}

function ofGoogle(isStream: boolean) {
  const body = {
    candidates: [{ content: { role: 'model', parts: [{ text: said }] }, finishReason: 'STOP' }],
  };
  return isStream ? { kind: 'sse' as const, body: [body] } : { body };
}

/** Answers on the wire of every provider except Bedrock. */
export function answerEverybody({ json, path }: ReceivedRequest) {
  const isStream = (json as { stream?: boolean }).stream === true;
  if (path.includes('/messages')) return messages(isStream);
  if (path.includes('enerateContent')) return ofGoogle(path.includes('stream'));
  if (path.includes('/v2/chat')) return ofCohere(isStream);
  return path.includes('/api/chat') ? ofOllama(isStream) : chat(isStream);
}

/** Answers on Bedrock's wire, which is HTTP/2. */
export async function startBedrock() {
  const server = createServer();
  const answer = async (stream: ServerHttp2Stream) => {
    await jsonOf(stream);
    const output = { message: { role: 'assistant', content: [{ text: said }] } };
    stream.respond({ 'content-type': 'application/json' });
    stream.end(JSON.stringify({ output, stopReason: 'end_turn', usage: { inputTokens: 3 } }));
  };
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream) => answer(stream).catch(() => stream.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const close = () => {
    for (const session of sessions) session.destroy();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

async function textOf<Chunk>(stream: AsyncIterable<Chunk>, read: (chunk: Chunk) => unknown) {
  let text = '';
  for await (const chunk of stream) text += String(read(chunk) ?? '');
  return text;
}

/** The text of a plain call, and that of a streamed call where there is one. Keys come from the environment. */
type Ask = (content: string) => Promise<readonly unknown[]>;
/** Without a cache, an adapter uses the default cache. */
type Open = (cache: LlmCache | undefined, url: string) => Ask;

const model = 'a-model';
const turns = (content: string) => [{ role: 'user' as const, content }];

const chatOf =
  (client: OpenAI | Groq): Ask =>
  async (content) => {
    const completions = client.chat.completions as OpenAI['chat']['completions']; // Groq's are the same here
    const request = { model, messages: turns(content) };
    const whole = await completions.create(request);
    const stream = await completions.create({ ...request, stream: true });
    return [
      whole.choices[0]?.message.content,
      await textOf(stream, ({ choices }) => choices[0]?.delta.content),
    ];
  };

export const ADAPTERS: Readonly<Record<string, Open>> = {
  openai: (cache, url) => chatOf(cachedOpenAI(new OpenAI({ baseURL: `${url}/v1` }), { cache })),
  groq: (cache, url) => chatOf(cachedGroq(new Groq({ baseURL: url }), { cache })),
  anthropic(cache, url) {
    const client = cachedAnthropic(new Anthropic({ baseURL: url }), { cache });
    return async (content) => {
      const request = { model, max_tokens: 9, messages: turns(content) };
      const { content: blocks } = await client.messages.create(request);
      return [blocks, await client.messages.stream(request).finalText()];
    };
  },
  google(cache, url) {
    const client = cachedGoogle(new GoogleGenAI({ httpOptions: { baseUrl: url } }), { cache });
    return async (contents) => {
      const { text } = await client.models.generateContent({ model, contents });
      const stream = await client.models.generateContentStream({ model, contents });
      return [text, await textOf(stream, (chunk) => chunk.text)];
    };
  },
  bedrock(cache, endpoint) {
    const client = cachedBedrock(new BedrockRuntimeClient({ endpoint }), { cache });
    return async (text) => {
      const request = {
        modelId: model,
        messages: [{ role: 'user' as const, content: [{ text }] }],
      };
      const { output } = await client
        .send(new ConverseCommand(request))
        .finally(() => client.destroy());
      return [output?.message?.content];
    };
  },
  mistral(cache, serverURL) {
    const client = cachedMistral(new Mistral({ serverURL }), { cache });
    return async (content) => {
      const request = { model, messages: turns(content) };
      const { choices } = await client.chat.complete(request);
      const stream = await client.chat.stream(request);
      const text = await textOf(stream, ({ data }) => data.choices[0]?.delta.content);
      return [choices[0]?.message?.content, text];
    };
  },
  cohere(cache, baseUrl) {
    const client = cachedCohere(new CohereClientV2({ baseUrl }), { cache });
    return async (content) => {
      const request = { model, messages: turns(content) };
      const { message } = await client.chat(request);
      const stream = await client.chatStream(request);
      const text = await textOf(stream, (event) => JSON.stringify(event));
      return [message?.content, text];
    };
  },
  ollama(cache, host) {
    const client = cachedOllama(new Ollama({ host }), { cache });
    return async (content) => {
      const request = { model, messages: turns(content) };
      const { message } = await client.chat({ ...request });
      const stream = await client.chat({ ...request, stream: true });
      return [message.content, await textOf(stream, (line) => line.message.content)];
    };
  },
  'ai-sdk'(cache, url) {
    const provider = createOpenAI({ baseURL: `${url}/v1` });
    const wrapped = cachedAiSdk(provider.chat(model), { cache });
    return async (prompt) => {
      const { text } = await generateText({ model: wrapped, prompt });
      let failure: unknown;
      const onError = ({ error }: { error: unknown }) => {
        failure = error;
      };
      const streamed = await textOf(
        streamText({ model: wrapped, prompt, onError }).textStream,
        String,
      );
      if (failure !== undefined) throw failure;
      return [text, streamed];
    };
  },
  'langchain by its fetch'(cache, url) {
    const configuration = { baseURL: `${url}/v1`, fetch: cachedFetch({ cache, adapter: openai }) };
    const client = new ChatOpenAI({ model, configuration });
    return async (content) => {
      const { text } = await client.invoke(content);
      return [text, await textOf(await client.stream(content), (chunk) => chunk.text)];
    };
  },
  'langchain by its cache'(cache, url) {
    const configuration = { baseURL: `${url}/v1` };
    const client = new ChatOpenAI({ model, configuration, cache: new CachedLlmCache({ cache }) });
    return async (content) => [(await client.invoke(content)).text];
  },
};
