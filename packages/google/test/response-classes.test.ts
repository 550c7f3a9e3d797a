import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { google } from '@cached-llm/google';
import { chunksOf } from '@cached-llm/testing';
import { EmbedContentResponse, GenerateContentResponse } from '@google/genai';
import { expect, test } from '@jest/globals';
import { chunks, content, json, plainClientOf, question, sse, withWire } from './wire.ts';

test('a function gets the response of the SDK again, of its class and without the headers of another caller', async () => {
  const answer = () => json(content(), { 'x-account': 'alice' });
  await withWire({ answer }, async ({ server, cache, store }) => {
    const client = plainClientOf(server);
    const ask = cachedLlmCall(
      async function ask(request: typeof question) {
        return client.models.generateContent(request);
      },
      { cache, adapter: google },
    );
    await ask(question);
    const { response, info } = await ask.withInfo(question);
    expect(info).toMatchObject({ outcome: 'hit', saved: { usage: { inputTokens: 5 } } });
    expect(response).toBeInstanceOf(GenerateContentResponse);
    expect(response.text).toBe('Rivers bring salt.');
    expect(response.sdkHttpResponse?.headers).toEqual({ 'content-type': 'application/json' });
    expect(JSON.stringify([...store.values()])).not.toContain('alice');
    expect(server.count).toBe(1);
  });
});

test('so does a function that returns a stream of them, and one that embeds', async () => {
  const answer = ({ path }: { readonly path: string }) =>
    path.includes('stream') ? sse(chunks('STOP')) : json({ embeddings: [{ values: [1, 2] }] });
  await withWire({ answer }, async ({ server, cache }) => {
    const { models } = plainClientOf(server);
    const stream = cachedLlmCall(
      async function stream(request: typeof question) {
        return models.generateContentStream(request);
      },
      { cache, adapter: google },
    );
    const embed = cachedLlmCall(
      async function embed(request: typeof question) {
        return models.embedContent(request);
      },
      { cache, adapter: google },
    );
    const [live, replayed] = [
      await chunksOf(await stream(question)),
      await chunksOf(await stream(question)),
    ];
    expect(replayed.map(({ text }) => text)).toEqual(live.map(({ text }) => text));
    expect(replayed.every((chunk) => chunk instanceof GenerateContentResponse)).toBe(true);
    await embed(question);
    expect(await embed(question)).toBeInstanceOf(EmbedContentResponse);
    expect(server.count).toBe(2);
  });
});

test('a function that returns a plain part of the response gets that part', async () => {
  await withWire({ answer: () => json(content()) }, async ({ server }) => {
    const { models } = plainClientOf(server);
    const ask = cachedLlmCall(
      async function ask(request: typeof question) {
        return { text: (await models.generateContent(request)).text };
      },
      { cache: createLlmCache() },
    );
    expect([await ask(question), await ask(question)]).toEqual(
      Array.from({ length: 2 }, () => ({ text: 'Rivers bring salt.' })),
    );
    expect(server.count).toBe(1);
  });
});
