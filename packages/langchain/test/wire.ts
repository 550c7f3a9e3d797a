import { createLlmCache, type LlmCache } from '@cached-llm/core';
import { startWireServer, type WireServer, type WireServerOptions } from '@cached-llm/testing';
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI, type ChatOpenAIFields } from '@langchain/openai';

export const SECRET = 'sk-test-secret';

/** Models as an application makes them, against a server on this machine. */
export function chatOpenAI({ url }: WireServer, fields: ChatOpenAIFields = {}): ChatOpenAI {
  const configuration = { baseURL: `${url}/v1`, ...fields.configuration };
  return new ChatOpenAI({
    model: 'gpt-test',
    apiKey: SECRET,
    maxRetries: 0,
    ...fields,
    configuration,
  });
}

export function chatAnthropic(
  { url }: WireServer,
  fields: ConstructorParameters<typeof ChatAnthropic>[0] = {},
): ChatAnthropic {
  const clientOptions = { baseURL: url, ...(fields as { clientOptions?: object }).clientOptions };
  return new ChatAnthropic({
    model: 'claude-test',
    apiKey: SECRET,
    maxRetries: 0,
    ...(fields as object),
    clientOptions,
  });
}

export interface Wire {
  readonly server: WireServer;
  readonly cache: LlmCache;
  readonly rows: Map<string, unknown>;
  /** Events so far, by name. */
  readonly story: string[];
  /** Why answers were not kept, in turn. */
  readonly reasons: string[];
}

const EVENTS = ['hit', 'stale', 'miss', 'collapsed', 'bypass', 'stored', 'not-admitted'] as const;

/** Runs `use` with a cache and a server, and ends both. */
export async function withWire(
  options: WireServerOptions,
  use: (wire: Wire) => Promise<void>,
): Promise<void> {
  const server = await startWireServer(options);
  const rows = new Map<string, unknown>();
  const cache = createLlmCache({ store: rows });
  const story: string[] = [];
  const reasons: string[] = [];
  for (const name of EVENTS) cache.on(name, () => story.push(name));
  cache.on('not-admitted', ({ reason }) => reasons.push(reason));
  cache.on('bypass', ({ reason }) => reasons.push(reason));
  try {
    await use({ server, cache, rows, story, reasons });
  } finally {
    await cache.close();
    await server.close();
  }
}

/** What a chat completion says, in the wire format of OpenAI. */
export function chatAnswer(content: string | null, rest: object = {}, finish_reason = 'stop') {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-test',
    choices: [{ index: 0, message: { role: 'assistant', content, ...rest }, finish_reason }],
    usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
  };
}

/** The same, streamed. */
export function chatEvents(pieces: readonly string[], finish_reason = 'stop') {
  const envelope = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-test',
  };
  const chunk = (delta: object, reason: string | null) => ({
    ...envelope,
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
  return [
    ...pieces.map((content) => chunk({ role: 'assistant', content }, null)),
    chunk({}, finish_reason),
    { ...envelope, choices: [], usage },
    '[DONE]',
  ];
}

/** Says what was asked, so that a wrong answer shows; as a stream where the request asks for one. */
export function echo({ json }: { readonly json: unknown }) {
  const { messages, stream } = json as {
    readonly messages: readonly { readonly content: unknown }[];
    readonly stream?: boolean;
  };
  const asked = JSON.stringify(messages.map(({ content }) => content));
  return stream === true
    ? { kind: 'sse' as const, body: chatEvents(['You asked: ', asked]) }
    : { body: chatAnswer(`You asked: ${asked}`) };
}

export function message(text: string, stop_reason = 'end_turn') {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-test',
    content: [{ type: 'text', text }],
    stop_reason,
    stop_sequence: null,
    usage: { input_tokens: 5, output_tokens: 3 },
  };
}

export async function allOf<Part>(parts: AsyncIterable<Part>): Promise<Part[]> {
  const all: Part[] = [];
  for await (const part of parts) all.push(part);
  return all;
}
