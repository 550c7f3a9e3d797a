import { cachedGoogle } from '@cached-llm/google';
import { startWireServer, type WireServer, wireTrial } from '@cached-llm/testing';
import { GoogleGenAI, type GoogleGenAIOptions } from '@google/genai';

/** A client as an application makes it, against a server on this machine. */
export function clientOf(
  { url }: Pick<WireServer, 'url'>,
  options: GoogleGenAIOptions = {},
): GoogleGenAI {
  const { httpOptions, ...rest } = options;
  return new GoogleGenAI({
    apiKey: 'AIza-test-secret',
    ...rest,
    httpOptions: { baseUrl: url, ...httpOptions },
  });
}

/** Runs a test with a cached client. */
export const withWire = wireTrial(startWireServer, ({ server, cache }) =>
  cachedGoogle(clientOf(server), { cache }),
);

/** Headers that depend on the moment or on the cache, so that a hit has other ones. */
const CHANGING = /^(x-cached-llm|age|date|connection|keep-alive|set-cookie)$/;

/** A response or its chunks, without the headers that change. */
export function lasting<Response>(response: Response): Response {
  if (Array.isArray(response)) return response.map(lasting) as Response; // a list stays a list
  const { sdkHttpResponse } = response as { sdkHttpResponse?: { headers?: object } };
  const headers = Object.entries(sdkHttpResponse?.headers ?? {});
  const stable = headers.filter(([name]) => !CHANGING.test(name));
  const copy = Object.create(
    Object.getPrototypeOf(response),
    Object.getOwnPropertyDescriptors(response as object),
  );
  return Object.assign(copy, { sdkHttpResponse: { headers: Object.fromEntries(stable) } });
}

/**
 * A client without a cache. Without a fetch the SDK needs Node's dispatcher, which the sandbox of a test does
 * not have. With a fetch it needs none.
 */
export function plainClientOf(server: WireServer): GoogleGenAI {
  return clientOf(server, { httpOptions: { fetch: (input, init) => fetch(input, init) } });
}

export const question = { model: 'gemini-test', contents: 'Why is the sea salty?' };

export const content = (fields: object = {}, rest: object = {}) => ({
  candidates: [
    {
      content: { role: 'model', parts: [{ text: 'Rivers bring salt.' }] },
      finishReason: 'STOP',
      index: 0,
      ...fields,
    },
  ],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3, thoughtsTokenCount: 2 },
  modelVersion: 'gemini-test-001',
  responseId: 'r1',
  ...rest,
});

export const json = (body: unknown, headers = {}) => ({ status: 200, headers, body });

const piece = (text: string, finishReason?: string) => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason, index: 0 }],
  usageMetadata: { promptTokenCount: 5 },
  responseId: 'r1',
});

/** The chunks of a streamed answer. */
export const chunks = (finishReason?: string): readonly object[] => [
  piece('Rivers '),
  piece('bring '),
  piece('salt. '),
  { ...piece('🌊', finishReason), usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 4 } },
];

export const sse = (list: readonly object[]) => ({ kind: 'sse' as const, body: list });
