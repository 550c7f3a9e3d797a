import { requestOf } from '../measuring/index.ts';

/** A request of Anthropic's API of about 1 KB, because the other proxy knows no other API. Each number makes another one. */
export function askOf(number: number, options: { stream?: boolean; maxTokens?: number } = {}) {
  const { messages } = requestOf(900, number);
  const { stream = false, maxTokens = 500 } = options;
  return JSON.stringify({ model: 'claude-haiku-4-5', max_tokens: maxTokens, stream, messages });
}

/** An answer of Anthropic's API with about this many characters. */
export function messageOf(characters: number) {
  const words = 'the tide carries salt from the rivers to the sea ';
  const text = words.repeat(Math.ceil(characters / words.length)).slice(0, characters);
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5-20251001',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 200, output_tokens: 400 },
  };
}

/** A request as it goes over the wire, with what every client of this API sends. */
export function wireRequest(
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const all: Record<string, string> = {
    host: '127.0.0.1',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    accept: 'application/json',
    'x-api-key': 'sk-ant-a-key-of-the-benchmark',
    'anthropic-version': '2023-06-01',
    'user-agent': 'benchmark',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
