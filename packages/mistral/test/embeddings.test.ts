import type { ReceivedRequest } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import type { Mistral } from '@mistralai/mistralai';
import { withWire } from './wire.ts';

interface Listed {
  readonly object: 'embedding';
  readonly index?: unknown;
  readonly embedding?: unknown;
}

const inputsOf = ({ json }: ReceivedRequest) =>
  [(json as { input: string | string[] }).input].flat();

/** Embeds each text by its length, and changes what is said of the texts. */
const answering =
  (change: (all: readonly Listed[]) => readonly unknown[] = (all) => all) =>
  (received: ReceivedRequest) => {
    const texts = inputsOf(received);
    const data = texts.map(
      (text, index): Listed => ({ object: 'embedding', index, embedding: [text.length, 1] }),
    );
    const tokens = texts.join('').length;
    const usage = { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens };
    return { body: { id: 'e', object: 'list', model: 'e', data: change(data), usage } };
  };

const embed = async (client: Mistral, inputs: string | string[], more: object = {}) => {
  const { data, usage } = await client.embeddings.create({ model: 'e', inputs, ...more });
  return { vectors: data.map(({ embedding }) => embedding), usage };
};

describe('embeddings of Mistral', () => {
  test('are those of the caller’s texts, whatever was stored, with the usage that was billed', async () => {
    await withWire({ answer: answering() }, async ({ client, server }) => {
      await embed(client, ['a', 'bb']);
      const { vectors, usage } = await embed(client, ['ccc', 'bb', 'ccc']);
      expect(vectors).toEqual([
        [3, 1],
        [2, 1],
        [3, 1],
      ]);
      expect(usage.promptTokens).toBe(3);
      expect((await embed(client, 'a')).vectors).toEqual([[1, 1]]);
      expect(server.requests.map(inputsOf)).toEqual([['a', 'bb'], ['ccc']]);
    });
  });

  test.each([
    ['no place', (all: readonly Listed[]) => all.map(({ index: _none, ...each }) => each)],
    [
      'no place 0',
      (all: readonly Listed[]) =>
        all.map(({ index, ...each }) => (index ? { index, ...each } : each)),
    ],
    [
      'places from 1',
      (all: readonly Listed[]) => all.map((each) => ({ ...each, index: Number(each.index) + 1 })),
    ],
    ['one place twice', (all: readonly Listed[]) => all.map((each) => ({ ...each, index: 0 }))],
  ])('that have %s come as they were, and are not split', async (_name, change) => {
    await withWire({ answer: answering(change) }, async ({ client, server, story }) => {
      for (const _round of [1, 2]) {
        expect((await embed(client, ['a', 'bb'])).vectors).toEqual([
          [1, 1],
          [2, 1],
        ]);
      }
      expect(server.count).toBe(2);
      expect(story).not.toContain('stored');
    });
  });

  test.each([
    ['empty', []],
    ['zeros', [0, 0]],
    ['nothing', undefined],
  ])('are not stored where a vector is %s', async (_name, embedding) => {
    const broken = answering((all) => all.map((each) => ({ ...each, embedding })));
    await withWire({ answer: broken }, async ({ client, server, reasons }) => {
      for (const _round of [1, 2]) await embed(client, 'a');
      expect([server.count, reasons]).toEqual([2, ['incomplete', 'incomplete']]);
    });
  });

  test('are stored in the number of dimensions, and in the type, that the request names', async () => {
    await withWire({ answer: answering() }, async ({ client, server }) => {
      for (const _round of [1, 2]) {
        await embed(client, 'a', { outputDimension: 2 });
        await embed(client, 'a', { outputDimension: 16, outputDtype: 'ubinary' });
        await embed(client, 'a', { outputDimension: 512 });
      }
      expect(server.count).toBe(4);
    });
  });

  test('are of one model in one answer', async () => {
    let size = 2;
    const sized = answering((all) =>
      all.map((each) => ({ ...each, embedding: Array(size).fill(1) })),
    );
    await withWire({ answer: sized }, async ({ client, server }) => {
      await embed(client, ['old']);
      size = 3;
      expect((await embed(client, ['old', 'new'])).vectors).toEqual([
        [1, 1, 1],
        [1, 1, 1],
      ]);
      expect(server.requests.map(inputsOf)).toEqual([['old'], ['new'], ['old', 'new']]);
    });
  });
});
