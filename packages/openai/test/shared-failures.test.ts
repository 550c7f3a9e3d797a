import { cachedOpenAI } from '@cached-llm/openai';
import type { ReceivedRequest } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { clientOf, withWire } from './wire.ts';

const message = (text: string) => ({ error: { message: text } });

const chat = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
};

test.each([401, 403, 400])(
  'the refusal of one key reaches no caller with another key: %s',
  async (status) => {
    const answer = ({ headers }: ReceivedRequest) =>
      headers.authorization === 'Bearer bad'
        ? { status, body: message('The key bad of Alice is refused.') }
        : { body: chat };
    await withWire({ answer, latencyPerChunk: 10 }, async ({ cache, server }) => {
      const [refused, answered] = await Promise.allSettled(
        ['bad', 'good'].map((apiKey) =>
          cachedOpenAI(clientOf(server, { apiKey }), { cache }).chat.completions.create({
            model: 'm',
            messages: [{ role: 'user', content: 'q' }],
          }),
        ),
      );
      expect(refused).toMatchObject({ status: 'rejected', reason: { status } });
      expect(answered).toMatchObject({ status: 'fulfilled', value: chat });
      expect(server.count).toBe(2);
    });
  },
);

test('a batch that is refused refuses no caller of one of its texts', async () => {
  const answer = ({ json }: ReceivedRequest) => {
    const { input } = json as { input: string[] };
    if (input.includes('too long')) return { status: 400, body: message('It is too long.') };
    const data = input.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: [text.length],
    }));
    return { body: { object: 'list', model: 'e', data, usage: {} } };
  };
  await withWire({ answer, latencyPerChunk: 10 }, async ({ client }) => {
    const embed = (input: string[]) =>
      client.embeddings.create({ model: 'e', encoding_format: 'float', input });
    const [refused, answered] = await Promise.allSettled([
      embed(['good', 'too long']),
      embed(['good']),
    ]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { status: 400 } });
    expect(answered).toMatchObject({ value: { data: [{ embedding: [4] }] } });
  });
});
