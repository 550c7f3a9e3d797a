import type { ExchangeResponse, ReceivedRequest } from '@cached-llm/testing';

/** What a provider answers, whole and as a stream. No two answers have the same number, as a model's never have. */
interface Provider {
  /** The path of a request that generates, without the provider's base URL. */
  readonly path: RegExp;
  whole(text: string): object;
  stream(pieces: readonly string[]): ExchangeResponse;
  isStream(request: ReceivedRequest): boolean;
}

const openaiUsage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
const saysStream = ({ json }: ReceivedRequest) =>
  typeof json === 'object' && json !== null && 'stream' in json && json.stream === true;
const sse = (body: readonly unknown[]): ExchangeResponse => ({ kind: 'sse', body });

const chat: Provider = {
  path: /\/chat\/completions$/,
  isStream: saysStream,
  whole: (content) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'model-test',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: openaiUsage,
  }),
  stream: (pieces) => {
    const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000 };
    const chunk = (delta: object, finish_reason: string | null, rest: object = {}) => ({
      ...head,
      model: 'model-test',
      choices: [{ index: 0, delta, finish_reason }],
      ...rest,
    });
    return sse([
      ...pieces.map((content) => chunk({ role: 'assistant', content }, null)),
      chunk({}, 'stop', { usage: openaiUsage }),
      '[DONE]',
    ]);
  },
};

const anthropicMessage = (content: readonly object[], stop_reason: string | null) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-test',
  content,
  stop_reason,
  stop_sequence: null,
  usage: { input_tokens: 5, output_tokens: 3 },
});

const anthropic: Provider = {
  path: /\/v1\/messages$/,
  isStream: saysStream,
  whole: (text) => anthropicMessage([{ type: 'text', text }], 'end_turn'),
  stream: (pieces) => ({
    kind: 'text',
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    body: [
      { type: 'message_start', message: anthropicMessage([], null) },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      ...pieces.map((text) => ({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text },
      })),
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } },
      { type: 'message_stop' },
    ]
      .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      .join(''),
  }),
};

const googleChunk = (text: string, finishReason?: string) => ({
  candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] }, finishReason }],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3, totalTokenCount: 8 },
  modelVersion: 'gemini-test',
});

const google: Provider = {
  path: /:(generateContent|streamGenerateContent)/,
  isStream: ({ path }) => path.includes(':streamGenerateContent'),
  whole: (text) => googleChunk(text, 'STOP'),
  stream: (pieces) => sse([...pieces.map((text) => googleChunk(text)), googleChunk('.', 'STOP')]),
};

const cohereUsage = { billed_units: { input_tokens: 5, output_tokens: 3 } };

const cohere: Provider = {
  path: /\/v2\/chat$/,
  isStream: saysStream,
  whole: (text) => ({
    id: 'one',
    message: { role: 'assistant', content: [{ type: 'text', text }] },
    finish_reason: 'COMPLETE',
    usage: cohereUsage,
  }),
  stream: (pieces) =>
    sse([
      { type: 'message-start', id: 'one', delta: { message: { role: 'assistant' } } },
      ...pieces.map((text) => ({
        type: 'content-delta',
        index: 0,
        delta: { message: { content: { text } } },
      })),
      { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: cohereUsage } },
    ]),
};

const ollamaLine = (content: string, rest: object) => ({
  model: 'llama-test',
  created_at: '2026-01-01T00:00:00Z',
  message: { role: 'assistant', content },
  ...rest,
});
const ollamaEnd = { done: true, done_reason: 'stop', eval_count: 3 };

const ollama: Provider = {
  path: /\/api\/chat$/,
  isStream: ({ json }) =>
    !(typeof json === 'object' && json !== null && 'stream' in json && json.stream === false),
  whole: (text) => ollamaLine(text, ollamaEnd),
  stream: (pieces) => ({
    kind: 'ndjson',
    body: [...pieces.map((text) => ollamaLine(text, { done: false })), ollamaLine('', ollamaEnd)],
  }),
};

const PROVIDERS = [anthropic, google, cohere, ollama, chat];

/** Answers as the provider of a request does, with a text that it never gave before. */
export function everyProvider(): (request: ReceivedRequest) => ExchangeResponse {
  let answered = 0;
  return (request) => {
    const { pathname } = new URL(request.path, 'http://localhost');
    const provider = PROVIDERS.find(({ path }) => path.test(pathname));
    if (provider === undefined) return { status: 404, body: { error: `no ${pathname}` } };
    answered += 1;
    const pieces = [`Answer ${answered}: `, 'rivers bring it 水', '.'];
    return provider.isStream(request)
      ? provider.stream(pieces)
      : { body: provider.whole(pieces.join('')) };
  };
}
