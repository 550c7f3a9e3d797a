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

/** With a config, or the SDK sends none: to add the first field to it is to send another request. */
const request: Request = { ...question, config: {} };

const configured = (config: GenerateContentConfig) => (request: Request) => ({
  ...request,
  config: { ...request.config, ...config },
});

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
    door: {
      open: cachedGoogle,
      strangers: { 'a class': GoogleGenAI, 'another object': { models: {} } },
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
      'two candidates': configured({ candidateCount: 2 }),
      'cached content': configured({ cachedContent: 'cachedContents/1' }),
      'a field that nobody knows': configured({ httpOptions: { extraBody: { brandNew: 1 } } }),
    },
    neutral: {
      labels: configured({ labels: { team: 'a' } }),
      'another service tier': configured({ serviceTier: 'flex' as never }),
      'a log at the provider': configured({ store: false }),
    },
    unfit: {
      'cut off at the limit': json(content({ finishReason: 'MAX_TOKENS' })),
      filtered: json(content({ finishReason: 'SAFETY' })),
      'of a blocked prompt': json({ promptFeedback: { blockReason: 'SAFETY' } }),
      empty: json(content({ content: { role: 'model', parts: [] } })),
      'an error under status 200': json({ error: { code: 500, message: 'no' } }),
    },
    unfitStreams: {
      'cut off at the limit': sse(chunks('MAX_TOKENS')),
      filtered: sse(chunks('SAFETY')),
      'of a blocked prompt': sse([{ promptFeedback: { blockReason: 'SAFETY' } }]),
      'an error in the middle': sse([...chunks('STOP'), { error: { code: 503, message: 'no' } }]),
      'an error that the SDK passes on': sse([...chunks(), { error: { code: 1 } }]),
      'without an end': sse(chunks()),
    },
  },
);

test('functions that give an object with getters go past the cache, and are tested beside', () => {
  expect(lacking).toEqual(['functions']);
});
