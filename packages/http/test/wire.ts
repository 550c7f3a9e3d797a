import type { CacheOptions } from '@cached-llm/core';
import { type CachedFetchOptions, cachedFetch, type Fetch } from '@cached-llm/http';
import {
  type ExchangeResponse,
  serverSentEvents,
  startWireServer,
  until,
  type WireServer,
  type WireServerOptions,
  type WireTrial,
  wireTrial,
} from '@cached-llm/testing';

export interface WireOptions extends WireServerOptions {
  readonly caching?: CacheOptions;
  readonly fetching?: CachedFetchOptions;
}

export interface Wire extends Omit<WireTrial<WireServer, Fetch>, 'client'> {
  readonly fetch: Fetch;
  /** The URL that an application would use. */
  readonly url: string;
  /** Sends a request as an application would. */
  post(body?: unknown, init?: RequestInit): Promise<Response>;
}

export const question = { model: 'test-model', messages: [{ role: 'user', content: 'Hi' }] };

export const chatAnswer = {
  id: 'chatcmpl-1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
};

const piece = (content: string, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta: { content }, finish_reason }],
});

/** The events of a chat stream of OpenAI, up to its terminal event. */
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
export function withWire(
  { caching, fetching, ...options }: WireOptions,
  use: (wire: Wire) => Promise<void>,
): Promise<void> {
  const run = wireTrial(
    startWireServer,
    ({ cache }) => cachedFetch({ cache, ...fetching }),
    caching,
  );
  return run(options, ({ client: fetch, ...trial }) => {
    const url = `${trial.server.url}/v1/chat/completions`;
    return use({ ...trial, fetch, url, post: (body, init) => fetch(url, jsonPost(body, init)) });
  });
}

/** A body, byte for byte. */
export async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** Reads the next bytes as text. It returns undefined at the end. */
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

export const eventually = (isTrue: () => boolean) => until('What was waited for', isTrue);

/** Waits until each answer of a miss is stored or refused: its caller may have it earlier. */
export const settled = (story: readonly string[]) => {
  const count = (...names: string[]) => story.filter((name) => names.includes(name)).length;
  return eventually(() => count('stored', 'not-admitted', 'call-failed') >= count('miss'));
};

/** Waits for some time, in which an unwanted effect would happen. */
export async function aMoment(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
