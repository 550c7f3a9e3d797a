import { chunksOf, tracedAnswer } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { chunks, content, json, question, sse, withWire } from './wire.ts';

const isTraced = tracedAnswer(expect);

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
