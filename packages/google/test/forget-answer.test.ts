import { infoOf, invalidateAnswer } from '@cached-llm/core';
import { chunksOf } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { chunks, content, json, question, sse, withWire } from './wire.ts';

/** Asks, finds the answer again, forgets it, and asks anew. */
async function isTraced(ask: () => PromiseLike<object>): Promise<void> {
  expect(infoOf(await ask())?.outcome).toBe('miss');
  const hit = await ask();
  expect(infoOf(hit)?.outcome).toBe('hit');
  expect(await invalidateAnswer(hit)).toBe(true);
  expect(infoOf(await ask())?.outcome).toBe('miss');
}

test('objects and streams of the SDK can be traced to their calls, and their answers forgotten', async () => {
  const answer = ({ path }: { path: string }) => {
    if (path.includes('stream')) return sse(chunks('STOP'));
    return json(path.includes('Embed') ? { embeddings: [{ values: [0.5, 1] }] } : content());
  };
  await withWire({ answer }, async ({ client: { models, chats } }) => {
    await isTraced(() => models.generateContent(question));
    await isTraced(async () => {
      const stream = await models.generateContentStream(question);
      await chunksOf(stream);
      return stream;
    });
    await isTraced(() => models.embedContent({ model: 'gemini-embedding-001', contents: ['a'] }));
    await isTraced(() => chats.create({ model: 'g' }).sendMessage({ message: 'Hi' }));
  });
});
