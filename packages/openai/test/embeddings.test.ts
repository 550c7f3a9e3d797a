import { cachedFetch } from '@cached-llm/http';
import { cachedOpenAI, openai } from '@cached-llm/openai';
import type { ReceivedRequest } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import type { OpenAI } from 'openai';
import { clientOf, withWire } from './wire.ts';

const vectorOf = (text: string) => [text.length, text.codePointAt(0) ?? 0];

/** Embeds each text by its length and first letter. Each letter is one token. */
function answer({ json }: ReceivedRequest) {
  const { input, model } = json as { input: string | string[]; model: string };
  const texts = [input].flat();
  const data = texts.map((text, index) => ({
    object: 'embedding',
    index,
    embedding: vectorOf(text),
  }));
  const tokens = texts.join('').length;
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return { body: { object: 'list', data, model, usage } };
}

const request = (input: string | string[]) => ({
  model: 'embedder',
  input,
  encoding_format: 'float' as const,
});

test('a batch requests the missing texts only, once each, and returns all in their order', async () => {
  await withWire({ answer }, async ({ client, server }) => {
    await client.embeddings.create(request(['b', 'a']));
    const { data, usage } = await client.embeddings.create(request(['a', 'ccc', 'b', 'ccc', 'dd']));
    expect(data.map(({ embedding }) => embedding)).toEqual(
      ['a', 'ccc', 'b', 'ccc', 'dd'].map(vectorOf),
    );
    expect(data.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(server.requests.map(({ json }) => (json as { input: unknown }).input)).toEqual([
      ['b', 'a'],
      ['ccc', 'dd'],
    ]);
    expect(usage).toEqual({ prompt_tokens: 5, total_tokens: 5 }); // what the provider billed
  });
});

test('a batch that was embedded before makes no request, and one text is a batch of one', async () => {
  await withWire({ answer }, async ({ client, server }) => {
    const first = await client.embeddings.create(request(['one', 'two']));
    const { data, response } = await client.embeddings
      .create(request(['one', 'two']))
      .withResponse();
    expect(data).toEqual(first);
    expect(response.headers.get('x-cached-llm')).toBe('hit');
    const single = await client.embeddings.create(request('two'));
    expect(single.data[0]?.embedding).toEqual(vectorOf('two'));
    expect(server.count).toBe(1);
  });
});

test('a batch of which a part was embedded before has the outcome partial', async () => {
  await withWire({ answer }, async ({ client }) => {
    await client.embeddings.create(request(['one']));
    const { response } = await client.embeddings.create(request(['one', 'two'])).withResponse();
    expect(response.headers.get('x-cached-llm')).toBe('partial');
  });
});

test('two batches at the same time request a common text once', async () => {
  await withWire({ answer, latencyPerChunk: 10 }, async ({ client, server }) => {
    await Promise.all([
      client.embeddings.create(request(['x', 'common'])),
      client.embeddings.create(request(['common', 'y'])),
    ]);
    const asked = server.requests.flatMap(({ json }) => (json as { input: string[] }).input);
    expect(asked.sort()).toEqual(['common', 'x', 'y']);
  });
});

test('a client that is cached twice, or at its fetch too, requests a batch once', async () => {
  await withWire({ answer }, async ({ client, cache, server }) => {
    const fetch = cachedFetch({ cache, adapter: openai });
    const twice = [
      cachedOpenAI(client, { cache }),
      cachedOpenAI(clientOf(server, { fetch }), { cache }),
    ];
    for (const [turn, each] of twice.entries()) {
      const texts = ['a', 'bb', 'ccc'].map((text) => `${text}${turn}`);
      for (const _again of [1, 2]) {
        const { data } = await each.embeddings.create(request(texts));
        expect(data.map(({ embedding }) => embedding)).toEqual(texts.map(vectorOf));
      }
      expect(server.count).toBe(turn + 1);
    }
  });
});

test('an answer without one vector for each text is returned and not stored', async () => {
  const short = () => ({ body: { object: 'list', data: [], model: 'embedder', usage: {} } });
  await withWire({ answer: short }, async ({ client, story }) => {
    const { data } = await client.embeddings.create(request(['a', 'b']));
    expect(data).toEqual([]);
    expect(story).not.toContain('stored');
  });
});

test('a provider that fails rejects the whole batch with the error of the SDK', async () => {
  const busy = () => ({ status: 429, body: { error: { message: 'slow down' } } });
  await withWire({ answer: busy }, async ({ client, server }) => {
    await expect(client.embeddings.create(request(['a', 'b']))).rejects.toThrow('slow down');
    expect(server.count).toBe(1);
  });
});

type Embedding = { readonly index?: unknown; readonly embedding: unknown };

/** Answers as `answer` does, and changes what it says of each text. */
const changed =
  (change: (embeddings: readonly Embedding[]) => readonly unknown[]) =>
  (received: ReceivedRequest) => {
    const { body } = answer(received);
    return { body: { ...body, data: change(body.data) } };
  };

describe('the places of embeddings', () => {
  const vectorsIn = ({ data }: OpenAI.CreateEmbeddingResponse) =>
    data.map((each) => each.embedding);
  const texts = ['a', 'bb', 'ccc'];

  test.each([
    ['from 0 to n-1', (all: readonly Embedding[]) => all, 1],
    ['from n-1 to 0', (all: readonly Embedding[]) => [...all].reverse(), 1],
    ['not at all', (all: readonly Embedding[]) => all.map(({ index: _none, ...each }) => each), 2],
    ['as null', (all: readonly Embedding[]) => all.map((each) => ({ ...each, index: null })), 2],
    [
      'without the place 0, as protocol buffers write it',
      (all: readonly Embedding[]) =>
        all.map(({ index, ...each }) => (index ? { index, ...each } : each)),
      2,
    ],
    [
      'from 1 to n',
      (all: readonly Embedding[]) =>
        all.map((each) => ({ ...each, index: Number(each.index) + 1 })),
      2,
    ],
    [
      'as texts',
      (all: readonly Embedding[]) => all.map((each) => ({ ...each, index: `${each.index}` })),
      2,
    ],
    ['twice', (all: readonly Embedding[]) => all.map((each) => ({ ...each, index: 0 })), 2],
    ['for fewer texts', (all: readonly Embedding[]) => all.slice(1), 2],
    ['for more texts', (all: readonly Embedding[]) => [...all, { ...all[0], index: 3 }], 2],
    [
      'with a vector that is null',
      (all: readonly Embedding[]) => [...all.slice(1), { index: 0, embedding: null }],
      2,
    ],
    [
      'with something else in the list',
      (all: readonly Embedding[]) => [...all.slice(1), 'error'],
      2,
    ],
  ])('that are given %s are misread for no text', async (_name, change, calls) => {
    await withWire({ answer: changed(change) }, async ({ client, server }) => {
      const live = await clientOf(server).embeddings.create(request(texts));
      const before = server.count;
      expect(await client.embeddings.create(request(texts))).toEqual(live);
      expect(vectorsIn(await client.embeddings.create(request(texts))).sort()).toEqual(
        vectorsIn(live).sort(),
      );
      expect(server.count - before).toBe(calls);
      for (const text of calls === 1 ? texts : []) {
        expect(vectorsIn(await client.embeddings.create(request(text)))).toEqual([vectorOf(text)]);
      }
    });
  });

  test.each([
    ['no place', (all: readonly Embedding[]) => all.map(({ index: _none, ...each }) => each)],
    [
      'a place as text',
      (all: readonly Embedding[]) => all.map((each) => ({ ...each, index: '0' })),
    ],
  ])('of one text that has %s come as they were', async (_name, change) => {
    await withWire({ answer: changed(change) }, async ({ client, server }) => {
      const live = await clientOf(server).embeddings.create(request('a'));
      for (const _round of [1, 2]) {
        expect(await client.embeddings.create(request('a'))).toEqual(live);
      }
    });
  });

  test('are those of the caller’s texts where some were stored', async () => {
    await withWire({ answer }, async ({ client }) => {
      await client.embeddings.create(request(['a', 'bb']));
      const { data } = await client.embeddings.create(request(['ccc', 'bb', 'ccc']));
      expect(data.map(({ index, embedding }) => [index, embedding])).toEqual([
        [0, vectorOf('ccc')],
        [1, vectorOf('bb')],
        [2, vectorOf('ccc')],
      ]);
    });
  });
});

describe('vectors that are none', () => {
  const float = (numbers: readonly number[]) =>
    Buffer.from(new Float32Array(numbers).buffer).toString('base64');

  test.each([
    ['an empty list', []],
    ['nulls', [null, null]],
    ['zeros', [0, 0]],
    ['texts', ['NaN', '1']],
    ['the base64 of nothing', ''],
    ['the base64 of zeros', float([0, 0])],
    ['the base64 of NaN', float([Number.NaN, 1])],
    ['null', null],
  ])('are returned and not stored: %s', async (_name, embedding) => {
    const broken = changed((all) => all.map((each) => ({ ...each, embedding })));
    await withWire({ answer: broken }, async ({ client, server, story, reasons }) => {
      for (const _round of [1, 2]) await client.embeddings.create(request('a'));
      expect(server.count).toBe(2);
      expect(story).not.toContain('stored');
      expect(reasons).toEqual(['incomplete', 'incomplete']);
    });
  });

  test('are not stored where they have another number of dimensions than the request names', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      for (const _round of [1, 2]) {
        await client.embeddings.create({ ...request('a'), dimensions: 256 });
        await client.embeddings.create({ ...request('a'), dimensions: 2 });
      }
      expect(server.count).toBe(3);
    });
  });

  test('hinder no other vector of the same response', async () => {
    const oneEmpty = changed((all) =>
      all.map((each, place) => (place ? each : { ...each, embedding: [] })),
    );
    await withWire({ answer: oneEmpty }, async ({ client, server }) => {
      await client.embeddings.create(request(['a', 'bb']));
      await client.embeddings.create(request('bb'));
      expect(server.count).toBe(1);
    });
  });

  test('may be admitted', async () => {
    const zeros = changed((all) => all.map((each) => ({ ...each, embedding: [0, 0] })));
    await withWire({ answer: zeros }, async ({ cache, server }) => {
      const client = cachedOpenAI(clientOf(server), { cache, admit: { incomplete: true } });
      for (const _round of [1, 2]) await client.embeddings.create(request(['a', 'b']));
      expect(server.count).toBe(1);
    });
  });
});

test('the base64 that the SDK asks for by default is stored as it came', async () => {
  const base64 = changed((all) =>
    all.map(({ embedding, ...each }) => ({
      ...each,
      embedding: Buffer.from(new Float32Array(embedding as number[]).buffer).toString('base64'),
    })),
  );
  await withWire({ answer: base64 }, async ({ client, server }) => {
    const { encoding_format: _none, ...asked } = request(['a', 'bb']);
    const first = await client.embeddings.create(asked);
    const second = await client.embeddings.create(asked);
    expect(first.data.map(({ embedding }) => [...embedding])).toEqual(['a', 'bb'].map(vectorOf));
    expect(second).toEqual(first);
    expect(server.requests.map(({ json }) => json)).toMatchObject([{ encoding_format: 'base64' }]);
  });
});

test('lists of tokens are texts, and one list of tokens is one text', async () => {
  const ofTokens = ({ json }: ReceivedRequest) => {
    const { input } = json as { input: number[] | number[][] };
    const lists = typeof input[0] === 'number' ? [input] : input;
    const data = lists.map((list, index) => ({
      index,
      embedding: [Number((list as number[])[0])],
    }));
    return {
      body: { object: 'list', model: 'm', data, usage: { prompt_tokens: 1, total_tokens: 1 } },
    };
  };
  await withWire({ answer: ofTokens }, async ({ client, server }) => {
    const embed = async (input: number[] | number[][]) =>
      (await client.embeddings.create({ model: 'm', input, encoding_format: 'float' })).data.map(
        ({ embedding }) => embedding,
      );
    expect(await embed([[1, 2], [3]])).toEqual([[1], [3]]);
    expect(await embed([1, 2])).toEqual([[1]]);
    expect(await embed([[4], [3], [1, 2]])).toEqual([[4], [3], [1]]);
    expect(await embed([1])).toEqual([[1]]);
    expect(server.requests.map(({ json }) => (json as { input: unknown }).input)).toEqual([
      [[1, 2], [3]],
      [[4]],
      [1],
    ]);
  });
});

describe('the usage of embeddings', () => {
  const billed = (received: ReceivedRequest) => {
    const { body } = answer(received);
    const details = { cached_tokens: 4, text_tokens: 6 };
    return {
      body: { ...body, usage: { ...body.usage, cost: 0.01, prompt_tokens_details: details } },
    };
  };

  test('of a miss is what the provider billed, whole', async () => {
    await withWire({ answer: billed }, async ({ client, server, cache }) => {
      const live = await clientOf(server).embeddings.create(request(['a', 'bb', 'ccc']));
      const { usage } = await client.embeddings.create(request(['a', 'bb', 'ccc']));
      expect(usage).toEqual(live.usage);
      expect(cache.stats().cost.spent.usd).toBeCloseTo(0.01, 12);
      expect((await client.embeddings.create(request(['a', 'bb', 'ccc']))).usage).toEqual(
        live.usage,
      );
    });
  });

  test('of a partial hit is what the provider billed', async () => {
    await withWire({ answer: billed }, async ({ client, server }) => {
      await client.embeddings.create(request(['a', 'bb']));
      const live = await clientOf(server).embeddings.create(request('ccc'));
      const { usage } = await client.embeddings.create(request(['a', 'ccc']));
      expect(usage).toEqual(live.usage);
    });
  });
});

describe('when another model answers to the same name', () => {
  test.each([
    ['other dimensions', { embedding: [7, 7, 7] }, {}],
    ['another name in its answer', { embedding: [7, 7] }, { model: 'embedder-2' }],
  ])('no answer has vectors of both: %s', async (_name, vector, names) => {
    let isNew = false;
    const answerNow = (received: ReceivedRequest) => {
      const { body } = answer(received);
      if (!isNew) return { body };
      return {
        body: { ...body, ...names, data: body.data.map((each) => ({ ...each, ...vector })) },
      };
    };
    await withWire({ answer: answerNow }, async ({ client, server }) => {
      await client.embeddings.create(request(['a', 'bb']));
      isNew = true;
      const { data } = await client.embeddings.create(request(['a', 'new']));
      expect(data.map(({ embedding }) => embedding)).toEqual([vector.embedding, vector.embedding]);
      await client.embeddings.create(request(['a', 'new']));
      const inputs = server.requests.map(({ json }) => (json as { input: unknown }).input);
      expect(inputs).toEqual([['a', 'bb'], ['new'], ['a', 'new']]);
    });
  });

  test('stored vectors of both are asked for anew', async () => {
    let size = 2;
    const sized = changed((all) =>
      all.map((each) => ({ ...each, embedding: Array(size).fill(1) })),
    );
    await withWire({ answer: sized }, async ({ client, server }) => {
      await client.embeddings.create(request('old'));
      size = 3;
      await client.embeddings.create(request('new'));
      const { data } = await client.embeddings.create(request(['old', 'new']));
      expect(data.map(({ embedding }) => embedding.length)).toEqual([3, 3]);
      expect(server.count).toBe(3);
    });
  });
});
