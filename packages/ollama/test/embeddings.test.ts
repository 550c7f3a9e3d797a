import type { ReceivedRequest } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { clientOf, withWire } from './wire.ts';

const textsIn = ({ json }: ReceivedRequest) =>
  [(json as { input: string | string[] }).input].flat();

/** Embeds each text by `vectorOf`, a token a letter. */
const answering =
  (vectorOf: (text: string) => unknown = (text) => [text.length, 1]) =>
  (received: ReceivedRequest) => {
    const texts = textsIn(received);
    const prompt_eval_count = texts.join('').length;
    const times = { total_duration: 9, load_duration: 1 };
    return {
      body: { model: 'e', embeddings: texts.map(vectorOf), ...times, prompt_eval_count },
    };
  };

describe('what `embed` of Ollama returns', () => {
  test.each([['a'], [['a']], [['a', 'bb']]])(
    'is asked for as the caller did: %j',
    async (input) => {
      await withWire({ answer: answering() }, async ({ client, server }) => {
        const live = await clientOf(server).embed({ model: 'e', input });
        expect(await client.embed({ model: 'e', input })).toEqual(live);
        expect(await client.embed({ model: 'e', input })).toEqual(live);
        const [bare, cached, ...others] = server.requests.map(({ body }) => body);
        expect([cached, others]).toEqual([bare, []]);
      });
    },
  );

  test('counts what a new call evaluated', async () => {
    await withWire({ answer: answering() }, async ({ client }) => {
      await client.embed({ model: 'e', input: ['a', 'bb'] });
      const partial = await client.embed({ model: 'e', input: ['a', 'ccc'] });
      expect(partial.prompt_eval_count).toBe(3);
      const hit = await client.embed({ model: 'e', input: ['ccc', 'bb'] });
      expect(hit.prompt_eval_count).toBe(5);
    });
  });

  test.each([
    ['empty vectors', () => []],
    ['zeros', () => [0, 0]],
    ['nulls', () => [null, null]],
    ['null', () => null],
    ['texts', () => ['0.1', '0.2']],
  ])('is not stored where it is %s', async (_name, vectorOf) => {
    await withWire({ answer: answering(vectorOf) }, async ({ client, server, reasons }) => {
      for (const _round of [1, 2]) await client.embed({ model: 'e', input: 'a' });
      expect([server.count, reasons]).toEqual([2, ['incomplete', 'incomplete']]);
    });
  });

  test('is stored in the number of dimensions that the request names', async () => {
    await withWire({ answer: answering() }, async ({ client, server }) => {
      for (const dimensions of [2, 2, 512, 512]) {
        await client.embed({ model: 'e', input: 'a', dimensions });
      }
      expect(server.count).toBe(3);
    });
  });

  test.each([
    ['too few', (all: readonly unknown[]) => all.slice(1)],
    ['too many', (all: readonly unknown[]) => [...all, [1, 1]]],
  ])('comes as it was where it has %s vectors', async (_name, change) => {
    const answer = (received: ReceivedRequest) => {
      const { body } = answering()(received);
      return { body: { ...body, embeddings: change(body.embeddings) } };
    };
    await withWire({ answer }, async ({ client, server }) => {
      const live = await clientOf(server).embed({ model: 'e', input: ['a', 'bb'] });
      for (const _round of [1, 2]) {
        expect(await client.embed({ model: 'e', input: ['a', 'bb'] })).toEqual(live);
      }
      expect(server.count).toBe(3);
    });
  });

  test('is of one model in one answer', async () => {
    let size = 2;
    const answer = answering(() => Array(size).fill(1));
    await withWire({ answer }, async ({ client, server }) => {
      await client.embed({ model: 'e', input: ['old'] });
      size = 3;
      const { embeddings } = await client.embed({ model: 'e', input: ['old', 'new'] });
      expect(embeddings.map(({ length }) => length)).toEqual([3, 3]);
      expect(server.requests.map(textsIn)).toEqual([['old'], ['new'], ['old', 'new']]);
    });
  });
});

test.each([
  ['an empty vector', []],
  ['zeros', [0, 0]],
  ['null', null],
])('what the older `embeddings` returns is not stored where it is %s', async (_name, embedding) => {
  await withWire({ answer: () => ({ body: { embedding } }) }, async ({ client, server }) => {
    for (const _round of [1, 2]) await client.embeddings({ model: 'e', prompt: 'a' });
    expect(server.count).toBe(2);
  });
});
