import { cachedGoogle } from '@cached-llm/google';
import { startWireServer, type WireServer, wireTrial } from '@cached-llm/testing';
import { GoogleGenAI, type GoogleGenAIOptions } from '@google/genai';

/** A client as an application makes it, against a server on this machine. */
export function clientOf({ url }: WireServer, options: GoogleGenAIOptions = {}): GoogleGenAI {
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

/** Headers of the moment, and those that say where an answer comes from: a hit has its own. */
const OF_THE_MOMENT = /^(x-cached-llm|age|date|connection|keep-alive|set-cookie)$/;

/** A response, or its chunks, as they are but for the headers of the moment. */
export function lasting<Response>(response: Response): Response {
  if (Array.isArray(response)) return response.map(lasting) as Response; // a list stays a list
  const { sdkHttpResponse } = response as { sdkHttpResponse?: { headers?: object } };
  const headers = Object.entries(sdkHttpResponse?.headers ?? {});
  const stable = headers.filter(([name]) => !OF_THE_MOMENT.test(name));
  const copy = Object.create(
    Object.getPrototypeOf(response),
    Object.getOwnPropertyDescriptors(response as object),
  );
  return Object.assign(copy, { sdkHttpResponse: { headers: Object.fromEntries(stable) } });
}

/**
 * A client without a cache. By itself the SDK asks for Node's dispatcher, which the sandbox of a test does
 * not show; where it is given a fetch it asks for none.
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
