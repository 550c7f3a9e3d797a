import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { json as jsonOf } from 'node:stream/consumers';
import { type ExchangeResponse, type ReceivedRequest, serverSentEvents } from '@cached-llm/testing';

interface Asked {
  /** The messages, under the names of all APIs. */
  readonly messages?: readonly Message[];
  readonly contents?: readonly Message[];
  readonly input?: readonly string[];
  readonly stream?: boolean;
}

type Text = { readonly text: string };
interface Message {
  readonly content?: string | readonly Text[];
  readonly parts?: readonly Text[];
}

/** The questions of a request in one text. */
function questionsOf({ messages, contents = [] }: Asked): string {
  const questions = (messages ?? contents).map(({ content, parts = [] }) =>
    typeof content === 'string' ? content : (content ?? parts).map(({ text }) => text).join(' '),
  );
  return questions.join(' / ');
}

/** Repeats the questions of a request as its answer, so that a wrong answer is visible. */
const echo = (questions: string) => `You asked: ${questions}`;

const sse = (body: unknown): ExchangeResponse => ({ kind: 'sse', body });

function chat(text: string, isStream: boolean): ExchangeResponse {
  const envelope = { id: 'one', created: 1, model: 'a-model' };
  const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
  const message = { role: 'assistant', content: text };
  const choice = { index: 0, finish_reason: 'stop' };
  const whole = { object: 'chat.completion', choices: [{ ...choice, message }], usage };
  if (!isStream) return { body: { ...envelope, ...whole } };
  const chunk = (delta: object, finish_reason: string | null) => ({
    ...envelope,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
  });
  return sse([chunk(message, null), chunk({ content: '' }, 'stop'), '[DONE]']);
}

function embeddings(input: readonly string[]): ExchangeResponse {
  const data = input.map((_text, index) => ({ index, embedding: [index, 1] }));
  return { body: { data, usage: { prompt_tokens: 2 } } };
}

function messages(text: string, isStream: boolean): ExchangeResponse {
  const usage = { input_tokens: 5, output_tokens: 7 };
  const whole = { id: 'm', type: 'message', role: 'assistant', model: 'a-model', usage };
  const content = [{ type: 'text', text }];
  if (!isStream) return { body: { ...whole, stop_reason: 'end_turn', content } };
  const events = [
    { type: 'message_start', message: { ...whole, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage },
    { type: 'message_stop' },
  ];
  return sse(serverSentEvents(events.map((data) => ({ event: data.type, data }))));
}

function ofCohere(text: string, isStream: boolean): ExchangeResponse {
  const content = { type: 'text', text };
  const message = { role: 'assistant', content: [content] };
  if (!isStream) return { body: { id: 'one', message, finish_reason: 'COMPLETE' } };
  return sse([
    { type: 'message-start', id: 'one', delta: { message: { role: 'assistant' } } },
    { type: 'content-delta', index: 0, delta: { message: { content } } },
    { type: 'message-end', delta: { finish_reason: 'COMPLETE' } },
  ]);
}

function ofOllama(text: string, isStream: boolean): ExchangeResponse {
  const line = (content: string, rest: object) => ({
    model: 'm',
    message: { role: 'assistant', content },
    ...rest,
  });
  const end = { done: true, done_reason: 'stop' };
  if (!isStream) return { body: line(text, end) };
  return { kind: 'ndjson', body: [line(text, { done: false }), line('', end)] };
}

function ofGoogle(text: string, isStream: boolean): ExchangeResponse {
  const content = { role: 'model', parts: [{ text }] };
  const body = { candidates: [{ content, finishReason: 'STOP' }] };
  return isStream ? sse([body]) : { body };
}

/** Answers on the wire of every provider except Bedrock. */
export function answerOnEveryWire(
  { json, path }: ReceivedRequest,
  answerTo = echo,
): ExchangeResponse {
  const asked = json as Asked; // by the SDKs
  const [text, isStream] = [answerTo(questionsOf(asked)), asked.stream === true];
  if (path.includes('/embeddings')) return embeddings(asked.input ?? []);
  if (path.includes('/messages')) return messages(text, isStream);
  if (path.includes('enerateContent')) return ofGoogle(text, path.includes('stream'));
  if (path.includes('/v2/chat')) return ofCohere(text, isStream);
  return path.includes('/api/chat') ? ofOllama(text, isStream) : chat(text, isStream);
}

/** Answers on Bedrock's wire, which is HTTP/2. */
export async function startBedrock(answerTo = echo) {
  const paths: unknown[] = [];
  const answer = async (stream: ServerHttp2Stream) => {
    const text = answerTo(questionsOf((await jsonOf(stream)) as Asked)); // by the SDK
    const output = { message: { role: 'assistant', content: [{ text }] } };
    const usage = { inputTokens: 3, outputTokens: 2, totalTokens: 5 };
    stream.respond({ 'content-type': 'application/json' });
    stream.end(JSON.stringify({ output, stopReason: 'end_turn', usage }));
  };
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    paths.push(headers[':path']);
    answer(stream).catch(() => stream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const close = () => {
    for (const session of sessions) session.destroy();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, paths, close };
}
