import { control, createLlmCache, infoOf, invalidateAnswer } from '@cached-llm/core';
import { describe, expect, test } from '@jest/globals';
import { embedMany, generateText, type JSONValue, streamText } from 'ai';
import { cachedAiSdk } from '../src/index.ts';
import { answerChat, withWire } from './wire.ts';

const answer = answerChat(['Salt ', 'water.']);

describe('a call with providerOptions.cachedLlm', () => {
  const asking = (cachedLlm?: Record<string, JSONValue>) => ({
    prompt: 'Why is the sea salty?',
    ...(cachedLlm && { providerOptions: { cachedLlm } }),
  });

  test('is made again in mode refresh, and none of it is sent', async () => {
    await withWire({ answer }, async ({ client, cache, server, story }) => {
      const model = cachedAiSdk(client.chat('gpt-4o'), { cache });
      await generateText({ model, ...asking() });
      await generateText({ model, ...asking({ mode: 'refresh' }) });
      await generateText({ model, ...asking({ ttl: '1h' }) });
      expect(story.filter((name) => name !== 'stored')).toEqual(['miss', 'miss', 'hit']);
      expect(server.count).toBe(2);
      expect(JSON.stringify(server.requests)).not.toContain('cachedLlm');
    });
  });

  test('is a plain call in mode off, streamed or not', async () => {
    await withWire({ answer }, async ({ client, cache, server, story }) => {
      const model = cachedAiSdk(client.chat('gpt-4o'), { cache });
      for (const _turn of [1, 2]) {
        await generateText({ model, ...asking({ mode: 'off' }) });
        await streamText({ model, ...asking({ mode: 'off' }) }).text;
      }
      expect([server.count, story]).toEqual([4, []]);
    });
  });

  test('keeps scopes apart, and goes before the headers of control()', async () => {
    await withWire({ answer }, async ({ client, cache, server }) => {
      const model = cachedAiSdk(client.chat('gpt-4o'), { cache });
      const headers = control({ scope: 'tenant-1' });
      await generateText({ model, ...asking({ scope: 'tenant-2' }), headers });
      await generateText({ model, ...asking({ scope: 'tenant-2' }) });
      expect(server.count).toBe(1);
      await generateText({ model, ...asking(), headers });
      expect(server.count).toBe(2);
    });
  });

  test.each<[string, JSONValue, string]>([
    ['an unknown option', { speed: 'high' }, 'providerOptions.cachedLlm.speed'],
    ['a bad value', { ttl: 'soon' }, 'providerOptions.cachedLlm.ttl'],
    ['a text', 'off', 'providerOptions.cachedLlm'],
  ])('bypasses the cache with one event where it has %s', async (_name, cachedLlm, field) => {
    await withWire({ answer }, async ({ client, cache, events, story }) => {
      const model = cachedAiSdk(client.chat('gpt-4o'), { cache });
      const providerOptions = { cachedLlm } as Record<string, Record<string, JSONValue>>; // the types refuse a text
      await model.doGenerate({
        prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        providerOptions,
      });
      expect(story).toEqual(['bypass']);
      expect(events).toEqual([expect.objectContaining({ reason: 'control', field })]);
    });
  });

  test('sends nothing in mode off where the cache is in mode replay', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      const cache = createLlmCache({ mode: 'replay' });
      const model = cachedAiSdk(client.chat('gpt-4o'), { cache });
      const vectors = cachedAiSdk(client.embedding('text-embedding-3-small'), { cache });
      const off = { providerOptions: { cachedLlm: { mode: 'off' } }, maxRetries: 0 };
      const missing = { code: 'REPLAY_MISS' };
      await expect(generateText({ model, prompt: 'Hi', ...off })).rejects.toMatchObject(missing);
      const embedded = embedMany({ model: vectors, values: ['a', 'b'], ...off });
      await expect(embedded).rejects.toMatchObject(missing);
      expect(server.count).toBe(0);
    });
  });

  test('controls the embedding of many values', async () => {
    const vectors = ({ json }: { json: unknown }) => ({
      body: {
        object: 'list',
        data: (json as { input: string[] }).input.map((_text, index) => ({
          object: 'embedding',
          index,
          embedding: [0.5, index + 1],
        })),
        usage: { prompt_tokens: 2, total_tokens: 2 },
      },
    });
    await withWire({ answer: vectors }, async ({ client, cache, server }) => {
      const model = cachedAiSdk(client.embedding('text-embedding-3-small'), { cache });
      const values = ['a', 'b'];
      for (const mode of ['read-write', 'read-write', 'refresh', 'off']) {
        await embedMany({ model, values, providerOptions: { cachedLlm: { mode } } });
      }
      expect(server.count).toBe(3);
      expect(JSON.stringify(server.requests)).not.toContain('cachedLlm');
    });
  });
});

describe('a result of the AI SDK', () => {
  test('can be traced to its call, and its answer forgotten', async () => {
    await withWire({ answer }, async ({ client, cache, server }) => {
      const model = cachedAiSdk(client.chat('gpt-4o'), { cache });
      const asked = { model, prompt: 'Why is the sea salty?' };
      const asks: (() => Promise<object>)[] = [
        () => generateText(asked),
        async () => {
          const result = streamText(asked);
          await result.text;
          return result.response;
        },
      ];
      for (const ask of asks) {
        const before = server.count;
        await ask();
        const hit = await ask();
        expect(infoOf(hit)?.outcome).toBe('hit');
        expect(await invalidateAnswer(hit)).toBe(true);
        expect(infoOf(await ask())?.outcome).toBe('miss');
        expect(server.count - before).toBe(2);
      }
      const off = { providerOptions: { cachedLlm: { mode: 'off' } } };
      expect(infoOf(await generateText({ ...asked, ...off }))).toMatchObject({
        ...{ outcome: 'bypass', reason: 'off' },
      });
    });
  });
});
