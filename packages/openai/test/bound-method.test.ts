import { cachedLlmCall } from '@cached-llm/core';
import { openai } from '@cached-llm/openai';
import { demoExchanges, startWireServer, wireTrial } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import type { OpenAI } from 'openai';
import { clientOf } from './wire.ts';

const { whyIsTheSeaSalty, streamedChat, embeddings } = demoExchanges;

/** Runs a test with a client that is not cached itself. */
const withPlainClient = wireTrial(startWireServer, ({ server }) => clientOf(server));

test("the SDK's own bound method keeps its overloads, and promises nothing that a hit lacks", async () => {
  const exchanges = Object.values(demoExchanges);
  await withPlainClient({ exchanges }, async ({ client, cache, server }) => {
    const { completions } = client.chat;
    const options = { cache, adapter: openai, name: 'chat' };
    const ask = cachedLlmCall(completions.create.bind(completions), options);
    const embed = cachedLlmCall(client.embeddings.create.bind(client.embeddings), {
      ...options,
      name: 'embed',
    });
    const texts: string[] = [];
    for (const _round of [1, 2]) {
      const whole: OpenAI.ChatCompletion = await ask(whyIsTheSeaSalty.request);
      texts.push(whole.choices[0]?.message.content ?? '');
      const chunks: AsyncIterable<OpenAI.ChatCompletionChunk> = await ask({
        ...streamedChat.request,
        stream: true,
      });
      let streamed = '';
      for await (const { choices } of chunks) streamed += choices[0]?.delta.content ?? '';
      texts.push(streamed);
      const native = () => client.embeddings.create(embeddings.request);
      const vectors: Awaited<ReturnType<typeof native>> = await embed(embeddings.request);
      texts.push(String(vectors.data.length));
    }
    expect(texts.slice(3)).toEqual(texts.slice(0, 3));
    expect(server.count).toBe(3);
    const { response } = await ask.withInfo(whyIsTheSeaSalty.request);
    const typed: OpenAI.ChatCompletion = response;
    expect(typed.choices[0]?.message.content).toBe(texts[0]);
    // @ts-expect-error: a stored answer has no response of HTTP
    const raw = () => ask(whyIsTheSeaSalty.request).withResponse();
    // @ts-expect-error: a stored stream has no controller
    const stop = async () => (await ask({ ...streamedChat.request, stream: true })).controller;
    // @ts-expect-error: a request has messages
    const wrong = () => ask({ model: 'gpt-test' });
    expect([raw, stop, wrong]).toHaveLength(3);
  });
});
