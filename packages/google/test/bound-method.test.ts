import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { type GenerateContentResponse, GoogleGenAI } from '@google/genai';
import { expect, test } from '@jest/globals';

test("the SDK's own methods keep their types: a promise of an async generator is one", () => {
  const { models } = new GoogleGenAI({ apiKey: 'test-secret' });
  const cache = createLlmCache();
  const ask = cachedLlmCall(models.generateContent.bind(models), { cache, name: 'ask' });
  const stream = cachedLlmCall(models.generateContentStream.bind(models), { cache, name: 'tell' });
  const request = { model: 'gemini-test', contents: 'Hi' };
  const never = async () => {
    const whole: GenerateContentResponse = await ask(request);
    const chunks: AsyncGenerator<GenerateContentResponse> = await stream(request);
    const { response }: { response: AsyncGenerator<GenerateContentResponse> } =
      await stream.withInfo(request);
    // @ts-expect-error: a request has contents
    const wrong = () => ask({ model: 'gemini-test' });
    return [whole, chunks, response, wrong];
  };
  expect(never).toBeInstanceOf(Function);
});
