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
import { GoogleGenAI } from '@google/genai';
import { ChatOpenAI } from '@langchain/openai';
import { Mistral } from '@mistralai/mistralai';
import { generateText, streamText } from 'ai';
import { CohereClientV2 } from 'cohere-ai';
import { Groq } from 'groq-sdk';
import { Ollama } from 'ollama';
import { OpenAI } from 'openai';

async function textOf<Chunk>(stream: AsyncIterable<Chunk>, read: (chunk: Chunk) => unknown) {
  let text = '';
  for await (const chunk of stream) text += String(read(chunk) ?? '');
  return text;
}

/** Gives the text of a plain call, and of a streamed call if there is one. The keys are in the environment. */
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
