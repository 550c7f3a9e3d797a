import { infoOf, invalidateAnswer } from '@cached-llm/core';
import { demoExchanges } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { withWire } from './wire.ts';

const { whyIsTheSeaSalty, streamedChat, embeddings, responsesApi } = demoExchanges;
const exchanges = Object.values(demoExchanges);

describe('an object of the SDK', () => {
  test('can be traced to its call, and its answer forgotten', async () => {
    await withWire({ exchanges }, async ({ client, server }) => {
      const asks: (() => PromiseLike<object>)[] = [
        () => client.chat.completions.create(whyIsTheSeaSalty.request),
        () => client.responses.create(responsesApi.request),
        () => client.embeddings.create(embeddings.request),
        () =>
          client.withOptions({ timeout: 1_000 }).chat.completions.create(whyIsTheSeaSalty.request),
      ];
      for (const ask of asks) {
        const before = server.count;
        await ask();
        const hit = await ask();
        expect(infoOf(hit)).toMatchObject({ outcome: 'hit', age: expect.any(Number) });
        expect(JSON.parse(JSON.stringify(hit))).toEqual(hit);
        expect(await invalidateAnswer(hit)).toBe(true);
        expect(infoOf(await ask())?.outcome).toBe('miss');
        expect(server.count - before).toBeGreaterThan(0);
      }
    });
  });

  test('can be a stream, what withResponse() has, or what .parse() makes', async () => {
    await withWire({ exchanges }, async ({ client }) => {
      const stream = async () => {
        const chunks = await client.chat.completions.create({
          ...streamedChat.request,
          stream: true,
        });
        for await (const _chunk of chunks);
        return chunks;
      };
      await stream();
      const replayed = await stream();
      expect(infoOf(replayed)?.outcome).toBe('hit');
      expect(await invalidateAnswer(replayed)).toBe(true);
      expect(infoOf(await stream())?.outcome).toBe('miss');
      const { data, response } = await client.chat.completions
        .create(whyIsTheSeaSalty.request)
        .withResponse();
      expect([infoOf(data)?.key, infoOf(data)?.outcome]).toEqual([infoOf(response)?.key, 'miss']);
    });
    const answer = () => ({
      status: 200,
      body: {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        model: 'gpt-test',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: '{"mood":"calm"}' },
            finish_reason: 'stop',
          },
        ],
        usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
      },
    });
    await withWire({ answer }, async ({ client }) => {
      const format = zodResponseFormat(z.object({ mood: z.string() }), 'mood');
      const parsed = await client.chat.completions.parse({
        model: 'gpt-test',
        messages: [{ role: 'user', content: 'Hi' }],
        response_format: format,
      });
      expect(infoOf(parsed)?.outcome).toBe('miss');
      expect(infoOf({ ...parsed, usage: undefined })).toBeUndefined();
      await expect(invalidateAnswer(parsed.choices[0]?.message.content)).rejects.toThrow(
        'invalidateAnswer was given a string, which came from no cached call. A text or a number does not say which call it came from: write ask.invalidate(request).',
      );
    });
  });

  test('can be what .stream() returns, and not one that made several calls', async () => {
    await withWire({ exchanges }, async ({ client }) => {
      const read = async () => {
        const runner = client.chat.completions.stream(streamedChat.request);
        await runner.finalChatCompletion();
        return runner;
      };
      await read();
      const hit = await read();
      expect(infoOf(hit)?.outcome).toBe('hit');
      expect(await invalidateAnswer(hit)).toBe(true);
      expect(infoOf(await read())?.outcome).toBe('miss');
    });
  });

  test('that holds a signal of several calls is traced to none of them', async () => {
    await withWire({ exchanges }, async ({ client }) => {
      const controller = new AbortController();
      const job = { controller };
      const { signal } = controller;
      const [chat, answered] = await Promise.all([
        client.chat.completions.create(whyIsTheSeaSalty.request, { signal }),
        client.responses.create(responsesApi.request, { signal }),
      ]);
      expect(infoOf(job)).toBeUndefined();
      expect(infoOf(chat)?.key).not.toBe(infoOf(answered)?.key);
      await client.chat.completions.create(whyIsTheSeaSalty.request, { signal });
      expect(infoOf(job)).toBeUndefined();
    });
  });
});
