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
const piece = (delta, finish_reason = null) => ({
  id: 'one',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason, logprobs: null }],
});
const chunks = [piece({ role: 'assistant', content: 'Salt' }), piece({}, 'stop')];
const question = { model: 'm', messages: [{ role: 'user', content: 'Why is the sea salty?' }] };

/** How each SDK is asked. `ask` gives the text of an answer, and what says that the response is the SDK's own. */
const SDKS = {
  openai: {
    answer: chat,
    wrapper: ['@cached-llm/openai', 'cachedOpenAI'],
    open: ({ OpenAI, OpenAIApi }, url) =>
      OpenAI === undefined
        ? new OpenAIApi() // in openai 3
        : new OpenAI({ apiKey: 'none', baseURL: url, maxRetries: 0 }),
    async ask(client, { OpenAI }) {
      const { data, response } = await client.chat.completions.create(question).withResponse();
      const isNative = client instanceof OpenAI && response instanceof Response;
      return { text: data.choices[0].message.content, isNative };
    },
    events: [...chunks, '[DONE]'],
    stream: (client) => client.chat.completions.create({ ...question, stream: true }),
    textIn: (chunk) => chunk.choices[0].delta.content ?? '',
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
    events: [...chunks, '[DONE]'],
    stream: (client) => client.chat.completions.create({ ...question, stream: true }),
    textIn: (chunk) => chunk.choices[0].delta.content ?? '',
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
    events: [
      {
        type: 'message_start',
        message: {
          id: 'one',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 5, output_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Salt' } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 3 },
      },
      { type: 'message_stop' },
    ],
    stream: (client) => client.messages.create({ ...question, max_tokens: 9, stream: true }),
    textIn: (event) => event.delta?.text ?? '',
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
      const text = response.text ?? response.candidates[0].content.parts[0].text;
      return { text, isNative };
    },
    events: [
      { candidates: [{ content: { role: 'model', parts: [{ text: 'Salt' }] }, index: 0 }] },
      {
        candidates: [
          { content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP', index: 0 },
        ],
        usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3 },
      },
    ],
    stream: (client) => client.models.generateContentStream({ model: 'm', contents: 'Why?' }),
    textIn: (chunk) => chunk.candidates[0].content.parts[0].text,
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

const { answer, wrapper, open, ask, events, stream, textIn } = SDKS[name];
let calls = 0;
const eventOf = (data) =>
  typeof data === 'string'
    ? `data: ${data}\n\n`
    : `${data.type ? `event: ${data.type}\n` : ''}data: ${JSON.stringify(data)}\n\n`;
const server = createServer(async (request, response) => {
  calls += 1;
  let body = '';
  for await (const chunk of request) body += chunk;
  const isStream = request.url.includes('stream') || JSON.parse(body).stream === true;
  if (events && isStream) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events.map(eventOf).join(''));
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const { createLlmCache } = await import('@cached-llm/core');
const sdk = await import(name);
const { [wrapper[1]]: wrap } = await import(wrapper[0]);

const isSalt = (text) => text === 'Salt';

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
  const texts = [first.text, second.text];
  if (stream === undefined) return { calls, isNative, isSame: texts.every(isSalt) };
  for (const _turn of [1, 2]) {
    let text = '';
    for await (const chunk of await stream(client)) text += textIn(chunk);
    texts.push(text);
    await new Promise((stored) => setTimeout(stored, 50));
  }
  return { calls: calls - 1, isNative, isSame: texts.every(isSalt) };
}

console.log(JSON.stringify(await outcome().catch((error) => ({ failure: String(error) }))));
process.exit(); // some SDKs keep a connection open
