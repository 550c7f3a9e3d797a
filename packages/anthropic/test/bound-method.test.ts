import type Anthropic from '@anthropic-ai/sdk';
import { anthropic } from '@cached-llm/anthropic';
import { cachedLlmCall } from '@cached-llm/core';
import { startWireServer, wireTrial } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { clientOf, json, message, question } from './wire.ts';

/** Runs a test with a client that is not cached itself. */
const withPlainClient = wireTrial(startWireServer, ({ server }) => clientOf(server));

test("the SDK's own bound method keeps its overloads", async () => {
  const answer = () => json(message());
  await withPlainClient({ answer }, async ({ client, cache, server }) => {
    const { messages } = client;
    const ask = cachedLlmCall(messages.create.bind(messages), {
      cache,
      adapter: anthropic,
      name: 'ask',
    });
    const first: Anthropic.Message = await ask(question);
    const second: Anthropic.Message = await ask(question);
    expect([second.content, server.count]).toEqual([first.content, 1]);
    const streamed = () => ask({ ...question, stream: true });
    const never = async () => {
      const chunks: AsyncIterable<Anthropic.RawMessageStreamEvent> = await streamed();
      // @ts-expect-error: a stored answer has no response of HTTP
      return [chunks, ask(question).withResponse()];
    };
    expect(never).toBeInstanceOf(Function);
  });
});
