import { cachedGoogle } from '@cached-llm/google';
import { adapterConformance } from '@cached-llm/testing';
import {
  type GenerateContentConfig,
  type GenerateContentParameters,
  type GenerateContentResponse,
  GoogleGenAI,
} from '@google/genai';
import { describe, expect, test } from '@jest/globals';
import { chunks, content, json, lasting, question, sse } from './wire.ts';

type Request = GenerateContentParameters;

const request: Request = { ...question, config: { temperature: 0 } };

const configured = (config: GenerateContentConfig) => (request: Request) => ({
  ...request,
  config: { ...request.config, ...config },
});

const picture = (data: string) => [
  { role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data } }] },
];
const saying = (...parts: object[]) => json(content({ content: { role: 'model', parts } }));

const lacking = adapterConformance<Request>(
  { describe, test, expect },
  {
    name: 'google',
    open({ url, cache, apiKey, headers }) {
      const own = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url, headers } });
      const { models } = cachedGoogle(own, { cache });
      return {
        ask: (request) => models.generateContent(request),
        stream: (request, abortSignal) =>
          models.generateContentStream(configured({ abortSignal })(request)),
      };
    },
    plain: { request, response: json(content()) },
    streamed: { request, response: sse(chunks('STOP')) },
    inspect: ({ text, functionCalls }: GenerateContentResponse) => ({ text, functionCalls }),
    inspectChunk: ({ text }: GenerateContentResponse) => text,
    comparable: lasting,
    wrapper: {
      wrap: cachedGoogle,
      wrongClients: { 'a class': GoogleGenAI, 'another object': { models: {} } },
      remedy: 'new GoogleGenAI(',
    },
    nearMisses: {
      'another model': (request) => ({ ...request, model: 'gemini-other' }),
      'another temperature': configured({ temperature: 0.01 }),
      'a seed': configured({ seed: 1 }),
      'a limit': configured({ maxOutputTokens: 9 }),
      'a system instruction': configured({ systemInstruction: 'Be brief.' }),
      'another system instruction': configured({ systemInstruction: 'Be brief!' }),
      'JSON asked for': configured({ responseMimeType: 'application/json' }),
      'a tool': configured({ tools: [{ functionDeclarations: [{ name: 'now' }] }] }),
      'another tool': configured({ tools: [{ functionDeclarations: [{ name: 'today' }] }] }),
      'no thoughts': configured({ thinkingConfig: { thinkingBudget: 0 } }),
      'a count of candidates': configured({ candidateCount: 1 }),
      'cached content': configured({ cachedContent: 'cachedContents/1' }),
      'other cached content': configured({ cachedContent: 'cachedContents/2' }),
      'safety settings': configured({
        safetySettings: [{ category: 'x', threshold: 'y' } as never],
      }),
      'a picture': (request) => ({ ...request, contents: picture('AAAA') }),
      'another picture': (request) => ({ ...request, contents: picture('AAAB') }),
      'another version of the API': configured({ httpOptions: { apiVersion: 'v1alpha' } }),
      'a project': configured({ httpOptions: { headers: { 'x-goog-user-project': 'p' } } }),
      'an unknown field': configured({ httpOptions: { extraBody: { brandNew: 1 } } }),
    },
    neutral: {
      'an abort signal': configured({ abortSignal: new AbortController().signal }),
      'a temperature equal to two decimals': configured({ temperature: 0.0000001 }),
    },
    unfit: {
      'cut off at the limit': json(content({ finishReason: 'MAX_TOKENS' })),
      filtered: json(content({ finishReason: 'SAFETY' })),
      'of a blocked prompt': json({ promptFeedback: { blockReason: 'SAFETY' } }),
      'a recitation': json(content({ finishReason: 'RECITATION' })),
      'a malformed call': json(content({ finishReason: 'MALFORMED_FUNCTION_CALL' })),
      'ended for an unknown reason': json(content({ finishReason: 'BRAND_NEW' })),
      'without a reason to end': json(content({ finishReason: undefined })),
      'without candidates': json(content({}, { candidates: [] })),
      'one good candidate of two': json(content({}, { candidates: [...content().candidates, {}] })),
      'nothing but a thought': saying({ text: 'Hm.', thought: true }, { text: '' }),
      empty: saying(),
      'an error under status 200': json({ error: { code: 500, message: 'no' } }),
    },
    unfitStreams: {
      'cut off at the limit': sse(chunks('MAX_TOKENS')),
      filtered: sse(chunks('SAFETY')),
      'to be continued': sse(chunks('CONTINUATION')),
      'of a blocked prompt': sse([{ promptFeedback: { blockReason: 'SAFETY' } }]),
      'an error in the middle': sse([...chunks('STOP'), { error: { code: 503, message: 'no' } }]),
      'an error that the SDK passes on': sse([...chunks('STOP'), { error: { code: 1 } }]),
      'without an end': sse(chunks()),
    },
  },
);

test('functions that return an object with getters bypass the cache, and are tested elsewhere', () => {
  expect(lacking).toEqual(['functions']);
});
