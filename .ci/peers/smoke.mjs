// One SDK in one version, in a folder where that version is installed: asks twice through the cached client, and prints
// what became of it: { hits, isNative } where it works, { refusal } where the wrapper refuses the version.
// node smoke.mjs PACKAGE
import { createServer } from 'node:http';

const [name] = process.argv.slice(2);

const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
const message = { role: 'assistant', content: 'Salt' };
const chat = {
  id: 'one',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message, finish_reason: 'stop', logprobs: null }],
  usage,
};
const question = { model: 'm', messages: [{ role: 'user', content: 'Why is the sea salty?' }] };

/** How each SDK is asked. `ask` gives the text of an answer, and what says that the response is the SDK's own. */
const SDKS = {
  openai: {
    answer: chat,
    wrapper: ['@cached-llm/openai', 'cachedOpenAI'],
    open: ({ OpenAI }, url) => new OpenAI({ apiKey: 'none', baseURL: url, maxRetries: 0 }),
    async ask(client, { OpenAI }) {
      const { data, response } = await client.chat.completions.create(question).withResponse();
      const isNative = client instanceof OpenAI && response instanceof Response;
      return { text: data.choices[0].message.content, isNative };
    },
  },
  'groq-sdk': {
    answer: chat,
    wrapper: ['@cached-llm/openai', 'cachedGroq'],
    open: ({ Groq }, url) => new Groq({ apiKey: 'none', baseURL: url, maxRetries: 0 }),
    async ask(client, { Groq }) {
      const { data, response } = await client.chat.completions.create(question).withResponse();
      const isNative = client instanceof Groq && response instanceof Response;
      return { text: data.choices[0].message.content, isNative };
    },
  },
  '@anthropic-ai/sdk': {
    answer: {
      id: 'one',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'Salt' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 5, output_tokens: 3 },
    },
    wrapper: ['@cached-llm/anthropic', 'cachedAnthropic'],
    open: ({ Anthropic }, url) => new Anthropic({ apiKey: 'none', baseURL: url, maxRetries: 0 }),
    async ask(client, { Anthropic }) {
      const asked = client.messages.create({ ...question, max_tokens: 9 });
      const { data, response } = await asked.withResponse();
      const isNative = client instanceof Anthropic && response instanceof Response;
      return { text: data.content[0].text, isNative };
    },
  },
  '@google/genai': {
    answer: {
      candidates: [
        { content: { role: 'model', parts: [{ text: 'Salt' }] }, finishReason: 'STOP', index: 0 },
      ],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3 },
    },
    wrapper: ['@cached-llm/google', 'cachedGoogle'],
    open: ({ GoogleGenAI }, baseUrl) =>
      new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl } }),
    async ask(client, { GoogleGenAI, GenerateContentResponse }) {
      const response = await client.models.generateContent({ model: 'm', contents: 'Why?' });
      const isNative = client instanceof GoogleGenAI && response instanceof GenerateContentResponse;
      return { text: response.text, isNative };
    },
  },
  '@mistralai/mistralai': {
    answer: chat,
    wrapper: ['@cached-llm/mistral', 'cachedMistral'],
    open: ({ Mistral }, serverURL) => new Mistral({ apiKey: 'none', serverURL }),
    async ask(client, { Mistral }) {
      const response = await client.chat.complete(question);
      const isNative = client instanceof Mistral && response.choices[0].finishReason === 'stop';
      return { text: response.choices[0].message.content, isNative };
    },
  },
  'cohere-ai': {
    answer: {
      id: 'one',
      message: { role: 'assistant', content: [{ type: 'text', text: 'Salt' }] },
      finish_reason: 'COMPLETE',
      usage: { tokens: { input_tokens: 5, output_tokens: 3 } },
    },
    wrapper: ['@cached-llm/cohere', 'cachedCohere'],
    open: ({ CohereClientV2 }, environment) => new CohereClientV2({ token: 'none', environment }),
    async ask(client, { CohereClientV2 }) {
      const response = await client.chat(question);
      const isNative = client instanceof CohereClientV2 && response.finishReason === 'COMPLETE';
      return { text: response.message.content[0].text, isNative };
    },
  },
  ollama: {
    answer: {
      model: 'm',
      created_at: '2026-01-01T00:00:00Z',
      message,
      done: true,
      done_reason: 'stop',
    },
    wrapper: ['@cached-llm/ollama', 'cachedOllama'],
    open: ({ Ollama }, host) => new Ollama({ host }),
    async ask(client, { Ollama }) {
      const response = await client.chat(question);
      return { text: response.message.content, isNative: client instanceof Ollama };
    },
  },
  '@aws-sdk/client-bedrock-runtime': {
    answer: { content: [{ type: 'text', text: 'Salt' }], stop_reason: 'end_turn' },
    wrapper: ['@cached-llm/bedrock', 'cachedBedrock'],
    async open({ BedrockRuntimeClient }, endpoint) {
      const handler = '@smithy/node-http-handler'; // of the SDK
      const { NodeHttpHandler } = await import(handler);
      const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
      const requestHandler = new NodeHttpHandler(); // the SDK's own speaks HTTP/2 only
      return new BedrockRuntimeClient({
        region: 'eu-west-1',
        endpoint,
        credentials,
        requestHandler,
      });
    },
    async ask(client, { BedrockRuntimeClient, InvokeModelCommand }) {
      const command = new InvokeModelCommand({ modelId: 'm', body: '{"prompt":"Why?"}' });
      const { body } = await client.send(command);
      const { content } = JSON.parse(body.transformToString());
      return { text: content[0].text, isNative: client instanceof BedrockRuntimeClient };
    },
  },
};

const { answer, wrapper, open, ask } = SDKS[name];
let calls = 0;
const server = createServer((_request, response) => {
  calls += 1;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const { createLlmCache } = await import('@cached-llm/core');
const sdk = await import(name);
const { [wrapper[1]]: wrap } = await import(wrapper[0]);

async function outcome() {
  const plain = await open(sdk, `http://127.0.0.1:${server.address().port}`);
  let client;
  try {
    client = wrap(plain, { cache: createLlmCache() });
  } catch (error) {
    return { refusal: error.message };
  }
  const first = await ask(client, sdk);
  await new Promise((stored) => setTimeout(stored, 50));
  const second = await ask(client, sdk);
  const isNative = first.isNative && second.isNative;
  return { calls, isNative, isSame: first.text === 'Salt' && second.text === 'Salt' };
}

console.log(JSON.stringify(await outcome().catch((error) => ({ failure: String(error) }))));
process.exit(); // some SDKs keep a connection open
