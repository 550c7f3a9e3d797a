import { cachedAiSdk } from '@cached-llm/ai-sdk';
import { createLlmCache, infoOf, invalidateAnswer } from '@cached-llm/core';
import { describe, expect, test } from '@jest/globals';
import { embed, embedMany, generateText, streamText } from 'ai';
import { answerChat, type Wire, withWire } from './wire.ts';

const prompt = 'Why is the sea salty?';
const chat = { answer: answerChat(['Rivers ', 'bring it.']) };

const outcomes = (...objects: unknown[]) => objects.map((object) => infoOf(object)?.outcome);

const vectors = ({ json }: { json: unknown }) => {
  const { input } = json as { input: readonly string[] };
  const data = input.map((text, index) => ({ index, embedding: [text.length, 1] }));
  return {
    body: {
      object: 'list',
      model: 'embed-test',
      data,
      usage: { prompt_tokens: 1, total_tokens: 1 },
    },
  };
};

const chatModel = ({ client, cache }: Wire) => cachedAiSdk(client.chat('gpt-test'), { cache });

describe('a result of the AI SDK', () => {
  test('of generateText is traced to its calls, and of a step to its own', async () => {
    await withWire(chat, async (wire) => {
      const ask = () => generateText({ model: chatModel(wire), prompt });
      const [miss, hit] = [await ask(), await ask()];
      expect(outcomes(miss, hit, hit.steps[0], hit.response)).toEqual([
        'miss',
        'hit',
        'hit',
        'hit',
      ]);
      expect(await invalidateAnswer(hit)).toBe(true);
      expect(outcomes(await ask())).toEqual(['miss']);
    });
  });

  test('of streamText is traced by the response that it promises, and is not read by infoOf', async () => {
    await withWire(chat, async (wire) => {
      const ask = async () => {
        const result = streamText({ model: chatModel(wire), prompt });
        expect(infoOf(result)).toBeUndefined();
        expect(await result.text).toBe('Rivers bring it.');
        return result.response;
      };
      const [miss, hit] = [await ask(), await ask()];
      expect(outcomes(miss, hit)).toEqual(['miss', 'hit']);
      await invalidateAnswer(hit);
      expect(outcomes(await ask())).toEqual(['miss']);
      const unread = streamText({ model: chatModel(wire), prompt: 'Never read' });
      expect([infoOf(unread), wire.server.count]).toEqual([undefined, 2]);
    });
  });

  test('of embed and embedMany is traced to the entries of its values', async () => {
    await withWire({ answer: vectors }, async (wire) => {
      const model = cachedAiSdk(wire.client.embedding('embed-test'), { cache: wire.cache });
      await embed({ model, value: 'a' });
      const many = await embedMany({ model, values: ['a', 'bb'] });
      expect(outcomes(many, await embedMany({ model, values: ['a', 'bb'] }))).toEqual([
        'miss',
        'hit',
      ]);
      await invalidateAnswer(many);
      expect(
        outcomes(await embed({ model, value: 'a' }), await embed({ model, value: 'bb' })),
      ).toEqual(['miss', 'miss']);
    });
  });

  test('is traced to a call without an entry where the cache is off', async () => {
    await withWire(chat, async ({ client }) => {
      const cache = createLlmCache({ mode: 'off' });
      const model = cachedAiSdk(client.chat('gpt-test'), { cache });
      const result = await generateText({ model, prompt });
      expect(infoOf(result)).toMatchObject({ outcome: 'bypass', reason: 'off' });
      expect(await invalidateAnswer(result)).toBe(true);
    });
  });
});
