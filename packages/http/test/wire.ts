import { type CacheOptions, createLlmCache, type LlmCache } from '@cached-llm/core';
import { type CachedFetchOptions, cachedFetch, type Fetch } from '@cached-llm/http';
import {
  type ExchangeResponse,
  serverSentEvents,
  startWireServer,
  type WireServer,
  type WireServerOptions,
} from '@cached-llm/testing';
import { expect } from '@jest/globals';

export interface WireOptions extends WireServerOptions {
  readonly caching?: CacheOptions;
  readonly fetching?: CachedFetchOptions;
}

export interface Wire {
  readonly server: WireServer;
  readonly cache: LlmCache;
  readonly fetch: Fetch;
  /** Events so far, by name. */
  readonly story: string[];
  /** Events so far, whole. */
  readonly events: unknown[];
  /** Where an application would ask. */
  readonly url: string;
  /** Asks as an application would. */
  post(body?: unknown, init?: RequestInit): Promise<Response>;
}

const EVENTS = [
  'hit',
  'stale',
  'miss',
  'collapsed',
  'bypass',
  'stored',
  'not-admitted',
  'store-error',
  'breaker-open',
  'breaker-closed',
] as const;

export const question = { model: 'test-model', messages: [{ role: 'user', content: 'Hi' }] };

export const chatAnswer = {
  id: 'chatcmpl-1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
};

const piece = (content: string, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta: { content }, finish_reason }],
});

/** The events of a chat stream as OpenAI sends it, up to its marker. */
export const chatEvents = [piece('Hel'), piece('lo 🌊'), piece('', 'stop'), '[DONE]'];

export const sse = (events: readonly unknown[] = chatEvents): ExchangeResponse => ({
  kind: 'sse',
  body: serverSentEvents(events.map((data) => ({ data }))),
});

export function jsonPost(body: unknown = question, init: RequestInit = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...init,
  };
}

/** Runs `use` with a cached fetch in front of a server, and ends both. */
export async function withWire(
  { caching, fetching, ...options }: WireOptions,
  use: (wire: Wire) => Promise<void>,
): Promise<void> {
  const server = await startWireServer(options);
  const cache = createLlmCache(caching);
  const story: string[] = [];
  const events: unknown[] = [];
  for (const name of EVENTS) {
    cache.on(name, (event) => {
      story.push(name);
      events.push(event);
    });
  }
  const fetch = cachedFetch({ cache, ...fetching });
  const url = `${server.url}/v1/chat/completions`;
  const post = (body: unknown = question, init: RequestInit = {}) =>
    fetch(url, jsonPost(body, init));
  try {
    await use({ server, cache, fetch, story, events, url, post });
  } finally {
    await server.close();
    await cache.close();
  }
}

/** A body, byte for byte. */
export async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** Asks for the next bytes as text; nothing at the end. */
export async function nextText(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<string | undefined> {
  const { value } = await reader.read();
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

export function readerOf(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  if (response.body === null) throw new Error('A response without a body.');
  return response.body.getReader();
}

/** Reads until `text` has come, and no further. */
export async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  text: string,
): Promise<string> {
  let read = '';
  while (!read.includes(text)) {
    const more = await nextText(reader);
    if (more === undefined) throw new Error(`The body ended without ${text}.`);
    read += more;
  }
  return read;
}

export async function eventually(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !isTrue(); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(isTrue()).toBe(true);
}

/** Time for what should not happen to happen. */
export async function aMoment(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
