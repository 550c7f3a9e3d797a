import { createOpenAI, type OpenAIProviderSettings } from '@ai-sdk/openai';
import { createLlmCache, type LlmCache } from '@cached-llm/core';
import {
  type RecordedAnswer,
  startWireServer,
  type WireServer,
  type WireServerOptions,
} from '@cached-llm/testing';

export const SECRET = 'sk-test-secret';

/** A provider as an application makes it, against a server on this machine. */
export function providerOf({ url }: WireServer, options: OpenAIProviderSettings = {}) {
  return createOpenAI({ apiKey: SECRET, baseURL: `${url}/v1`, ...options });
}

export interface Wire {
  readonly server: WireServer;
  readonly cache: LlmCache;
  readonly rows: Map<string, unknown>;
  readonly openai: ReturnType<typeof providerOf>;
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
    await use({ server, cache, rows, story, reasons, openai: providerOf(server) });
  } finally {
    await cache.close();
    await server.close();
  }
}

export async function allOf<Part>(parts: AsyncIterable<Part>): Promise<Part[]> {
  const all: Part[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

export async function eventually(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !isTrue(); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  if (!isTrue()) throw new Error('It never came to be.');
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
export function chatEvents(pieces: readonly string[], finish_reason: string | null = 'stop') {
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

/** Either of them, as the request asks. */
export function answerChat(pieces: readonly string[], finish?: string) {
  return ({ json }: { json: unknown }) =>
    (json as { stream?: boolean }).stream === true
      ? { kind: 'sse' as const, body: chatEvents(pieces, finish) }
      : { body: chatAnswer(pieces.join(''), {}, finish) };
}

/** Some files hold the responses of several requests, one after the other. */
export function oneByOne(answer: RecordedAnswer): readonly RecordedAnswer[] {
  if (answer.kind === 'json' || answer.sub !== 'responses') return [answer];
  const starts = answer.events.flatMap((event, index) =>
    (event as { type?: string }).type === 'response.created' ? [index] : [],
  );
  return starts.map((start, turn) => ({
    ...answer,
    name: `${answer.name} ${turn + 1}`,
    lines: answer.lines.slice(start, starts[turn + 1]),
    events: answer.events.slice(start, starts[turn + 1]),
  }));
}
