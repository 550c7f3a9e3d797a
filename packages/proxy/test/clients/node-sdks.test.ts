import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Mistral } from '@mistralai/mistralai';
import { CohereClientV2 } from 'cohere-ai';
import Groq from 'groq-sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { type Proxied, startProxied, twice } from './proxied.ts';

const KEY = 'a-key-of-the-test';
const messages = [{ role: 'user' as const, content: 'Why is the sea salty?' }];
const contents = 'Why is the sea salty?';

async function chunksOf(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** A client of an SDK as an application makes it, with nothing of ours but its base URL. */
interface Client {
  readonly name: string;
  whole(url: string): Promise<unknown>;
  stream(url: string): Promise<AsyncIterable<unknown>>;
}

const openaiAt = (baseURL: string) => new OpenAI({ apiKey: KEY, baseURL });
const groqAt = (baseURL: string) => new Groq({ apiKey: KEY, baseURL });
const anthropicAt = (baseURL: string) => new Anthropic({ apiKey: KEY, baseURL });
// Without a fetch, this SDK needs the dispatcher of Node.js, which the sandbox of a test does not have.
const ownFetch: typeof fetch = (input, init) => fetch(input, init);
const googleAt = (baseUrl: string) =>
  new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl, fetch: ownFetch } });
const mistralAt = (serverURL: string) => new Mistral({ apiKey: KEY, serverURL });
const cohereAt = (environment: string) =>
  new CohereClientV2({ token: KEY, environment, logging: { level: 'error', silent: true } });
const ollamaAt = (host: string) => new Ollama({ host });

const CLIENTS: readonly Client[] = [
  {
    name: 'openai',
    whole: (url) => openaiAt(url).chat.completions.create({ model: 'm', messages }),
    stream: (url) => openaiAt(url).chat.completions.create({ model: 'm', messages, stream: true }),
  },
  {
    name: 'openrouter',
    whole: (url) => openaiAt(url).chat.completions.create({ model: 'm', messages }),
    stream: (url) => openaiAt(url).chat.completions.create({ model: 'm', messages, stream: true }),
  },
  {
    name: 'anthropic',
    whole: (url) => anthropicAt(url).messages.create({ model: 'm', max_tokens: 64, messages }),
    stream: (url) =>
      anthropicAt(url).messages.create({ model: 'm', max_tokens: 64, messages, stream: true }),
  },
  {
    name: 'google',
    whole: (url) => googleAt(url).models.generateContent({ model: 'm', contents }),
    stream: (url) => googleAt(url).models.generateContentStream({ model: 'm', contents }),
  },
  {
    name: 'mistral',
    whole: (url) => mistralAt(url).chat.complete({ model: 'm', messages }),
    stream: (url) => mistralAt(url).chat.stream({ model: 'm', messages }),
  },
  {
    name: 'cohere',
    whole: (url) => cohereAt(url).chat({ model: 'm', messages }),
    stream: (url) => cohereAt(url).chatStream({ model: 'm', messages }),
  },
  {
    name: 'groq',
    whole: (url) => groqAt(url).chat.completions.create({ model: 'm', messages }),
    stream: (url) => groqAt(url).chat.completions.create({ model: 'm', messages, stream: true }),
  },
  {
    name: 'ollama',
    whole: (url) => ollamaAt(url).chat({ model: 'm', messages }),
    stream: (url) => ollamaAt(url).chat({ model: 'm', messages, stream: true }),
  },
];

let proxied: Proxied;
beforeAll(async () => {
  proxied = await startProxied();
});
afterAll(() => proxied.close());

/** What a program can read of an answer: its fields. Google's has the headers of the moment, too, which are of each call. */
const fieldsOf = (answer: unknown): unknown =>
  JSON.parse(
    JSON.stringify(answer, (name, value) => (name === 'sdkHttpResponse' ? undefined : value)),
  );

describe.each(CLIENTS)('The SDK for $name, unchanged', ({ name, whole, stream }) => {
  test('gets the same answer from the second call on, and no request reaches the provider', async () => {
    const { outputs, upstreamCalls } = await twice(proxied, async () =>
      fieldsOf(await whole(proxied.urlOf(name))),
    );
    expect(upstreamCalls).toEqual([1, 0]);
    expect(JSON.stringify(outputs[0])).toContain('rivers bring it 水');
    expect(outputs[1]).toEqual(outputs[0]);
  });

  test('gets the same chunks of a stream, in the same order', async () => {
    const { outputs, upstreamCalls } = await twice(proxied, async () =>
      fieldsOf(await chunksOf(await stream(proxied.urlOf(name)))),
    );
    expect(upstreamCalls).toEqual([1, 0]);
    expect(JSON.stringify(outputs[0])).toContain('rivers bring it 水');
    expect(outputs[1]).toEqual(outputs[0]);
  });
});
