import { type BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { countEntries } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import type { BedrockAnswer, BedrockRequest } from './bedrock-server.ts';
import { withWire } from './wire.ts';

const modelId = 'cohere.embed-multilingual-v3';
const command = (body: object, fields: object = {}) =>
  new InvokeModelCommand({ modelId, body: JSON.stringify(body), ...fields });
const embed = (texts: readonly unknown[], fields: object = {}) =>
  command({ texts, input_type: 'search_document', ...fields });

/** A vector of three numbers that differs for each text. */
function vectorOf(item: unknown): readonly number[] {
  const codes = [...JSON.stringify(item)].map((letter) => letter.charCodeAt(0));
  return [codes.length, codes[1] ?? 0, codes.reduce((sum, code) => sum + code, 0)];
}

interface Asked {
  readonly texts: readonly unknown[];
}

const askedIn = ({ body }: BedrockRequest) => JSON.parse(body) as Asked; // as `embed` wrote it

function answerFor(request: BedrockRequest): BedrockAnswer {
  const { texts } = askedIn(request);
  return { body: { id: 'id', embeddings: texts.map(vectorOf), texts, response_type: 'floats' } };
}

const typed = (request: BedrockRequest) => {
  const { texts } = askedIn(request);
  const float = texts.map(vectorOf);
  return { body: { embeddings: { float, base64: texts.map(String), int8: null }, texts } };
};

async function bodyOf(client: BedrockRuntimeClient, asked: InvokeModelCommand) {
  const { body } = await client.send(asked);
  return JSON.parse(body.transformToString());
}

describe('texts that Cohere embeds', () => {
  test('are requested in one call, without those that are stored', async () => {
    await withWire(answerFor, async ({ client, server }) => {
      await client.send(embed(['a', 'b']));
      const body = await bodyOf(client, embed(['c', 'b', 'd', 'a']));
      expect(server.requests.map((request) => askedIn(request).texts)).toEqual([
        ['a', 'b'],
        ['c', 'd'],
      ]);
      const texts = ['c', 'b', 'd', 'a'];
      const embeddings = texts.map(vectorOf);
      expect(body).toEqual({ id: 'id', embeddings, texts, response_type: 'floats' });
    });
  });

  test('are not requested again, in any batch and any order', async () => {
    await withWire(answerFor, async ({ client, server, story }) => {
      const first = await client.send(embed(['a', 'b']));
      const second = await client.send(embed(['a', 'b']));
      expect(second).toStrictEqual(first);
      expect((await bodyOf(client, embed(['b']))).embeddings).toEqual([vectorOf('b')]);
      expect((await bodyOf(client, embed(['b', 'a']))).texts).toEqual(['b', 'a']);
      expect([server.count, story.filter((name) => name === 'hit').length]).toEqual([1, 5]);
    });
  });

  test('are requested once where one of them is in the batch twice', async () => {
    await withWire(answerFor, async ({ client, server }) => {
      const { embeddings } = await bodyOf(client, embed(['a', 'b', 'a']));
      expect(embeddings).toEqual(['a', 'b', 'a'].map(vectorOf));
      expect(server.requests.map((request) => askedIn(request).texts)).toEqual([['a', 'b']]);
    });
  });

  test('are shared by two batches at once', async () => {
    await withWire(answerFor, async ({ client, server }) => {
      const bodies = await Promise.all([
        bodyOf(client, embed(['a', 'b'])),
        bodyOf(client, embed(['b', 'c'])),
      ]);
      expect(bodies.map(({ texts }) => texts)).toEqual([
        ['a', 'b'],
        ['b', 'c'],
      ]);
      expect(bodies[1].embeddings).toEqual(['b', 'c'].map(vectorOf));
      const asked = server.requests.flatMap((request) => askedIn(request).texts);
      expect([server.count, [...asked].sort()]).toEqual([2, ['a', 'b', 'c']]);
    });
  });

  test('are returned in each type that was requested', async () => {
    await withWire(typed, async ({ client, server }) => {
      await client.send(embed(['a']));
      const { embeddings } = await bodyOf(client, embed(['b', 'a']));
      const float = ['b', 'a'].map(vectorOf);
      expect(embeddings).toEqual({ float, base64: ['b', 'a'], int8: null });
      expect(server.count).toBe(2);
    });
  });

  test('have another key for another purpose, model or width', async () => {
    await withWire(answerFor, async ({ client, server }) => {
      await client.send(embed(['a']));
      await client.send(embed(['a'], { input_type: 'search_query' }));
      await client.send(embed(['a'], { output_dimension: 256 }));
      await client.send(command({ texts: ['a'] }, { modelId: 'eu.cohere.embed-v4:0' }));
      expect(server.count).toBe(4);
    });
  });

  test('may be sent as bytes', async () => {
    await withWire(answerFor, async ({ client, server }) => {
      await client.send(embed(['a', 'b']));
      const body = new TextEncoder().encode(
        JSON.stringify({ input_type: 'search_document', texts: ['b'] }),
      );
      await client.send(new InvokeModelCommand({ modelId, body }));
      expect(server.count).toBe(1);
    });
  });

  test('fail together, and are requested again', async () => {
    let status = 400;
    const answer = (request: BedrockRequest) => ({ ...answerFor(request), status });
    await withWire(answer, async ({ client, server }) => {
      await expect(client.send(embed(['a', 'b']))).rejects.toThrow();
      status = 200;
      await client.send(embed(['a', 'b']));
      expect(server.count).toBe(2);
    });
  });

  test('are aborted at the provider when their caller aborts', async () => {
    await withWire(
      () => ({ body: '', ending: 'hang' }),
      async ({ client, server }) => {
        const controller = new AbortController();
        const sent = client.send(embed(['a', 'b']), { abortSignal: controller.signal });
        while (server.count === 0) await new Promise(setImmediate);
        controller.abort();
        await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
        while (!server.requests[0]?.aborted) await new Promise(setImmediate);
      },
    );
  });
});

test.each(['images', 'inputs'])('%s are embedded one by one, and return no texts', async (kind) => {
  const answer = ({ body }: BedrockRequest) => {
    const items: readonly unknown[] = JSON.parse(body)[kind];
    return { body: { embeddings: { float: items.map(vectorOf) }, texts: [] } };
  };
  await withWire(answer, async ({ client, server }) => {
    const [one, other] = [{ content: [{ type: 'text', text: 'a' }] }, { content: [] }];
    await client.send(command({ [kind]: [one], texts: [] }));
    const body = await bodyOf(client, command({ [kind]: [other, one], texts: [] }));
    expect(body).toEqual({ embeddings: { float: [other, one].map(vectorOf) }, texts: [] });
    expect(server.requests.map((request) => JSON.parse(request.body)[kind])).toEqual([
      [one],
      [other],
    ]);
  });
});

describe('a response that does not have one vector for each text', () => {
  test.each([
    ['too few', { embeddings: [[1]] }],
    ['too few of one type', { embeddings: { float: [[1], [2]], int8: [[1]] } }],
    ['one that is missing', { embeddings: { float: [[1], null] } }],
    ['none', { message: 'Hello' }],
    ['text that is not JSON', new Uint8Array([1, 2])],
  ])('is returned as it came, and not stored: %s', async (_name, body) => {
    await withWire(
      () => ({ body }),
      async ({ client, server, store }) => {
        const plain = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
        for (const _round of [1, 2]) {
          const response = await client.send(embed(['a', 'b']));
          expect([...response.body]).toEqual([...plain]);
        }
        expect([server.count, countEntries(store)]).toEqual([2, 0]);
      },
    );
  });

  test('is followed by the whole request where it answers a part of it', async () => {
    const answer = (request: BedrockRequest) =>
      askedIn(request).texts.length === 2 ? { body: { embeddings: [[1]] } } : answerFor(request);
    await withWire(answer, async ({ client, server }) => {
      await client.send(embed(['a']));
      const { texts } = await bodyOf(client, embed(['a', 'b', 'c']));
      expect([texts, server.count]).toEqual([['a', 'b', 'c'], 3]);
    });
  });

  test('is not shared with another caller that waits for one of the texts', async () => {
    const answer = (request: BedrockRequest) =>
      askedIn(request).texts[0] === 'a' ? { body: { embeddings: [[1]] } } : answerFor(request);
    await withWire(answer, async ({ client }) => {
      const [first, second] = await Promise.all([
        bodyOf(client, embed(['a', 'b'])),
        bodyOf(client, embed(['b', 'c'])),
      ]);
      expect(first).toEqual({ embeddings: [[1]] });
      expect(second.embeddings).toEqual(['b', 'c'].map(vectorOf));
    });
  });
});

test.each([
  ['another model', { texts: ['a', 'b'] }, { modelId: 'amazon.titan-embed-text-v2:0' }],
  ['texts and images', { texts: ['a', 'b'], images: ['c'] }, {}],
  ['a number that JSON.parse would round', { texts: ['a', 'b'], seed: 1 }, {}],
])('a request is one entry: %s', async (_name, asked, fields) => {
  const body = JSON.stringify(asked).replace('"seed":1', '"seed":12345678901234567891');
  await withWire(answerFor, async ({ client, server, story }) => {
    await client.send(command({}, { body, ...fields }));
    await client.send(command({}, { body, ...fields }));
    expect(server.requests.map((request) => request.body)).toEqual([body]);
    expect(story).toEqual(['miss', 'stored', 'hit']);
  });
});

describe('a vector of a model that embeds one thing', () => {
  const titan = (body: object) =>
    new InvokeModelCommand({
      modelId: 'amazon.titan-embed-text-v2:0',
      body: JSON.stringify({ inputText: 'a', ...body }),
    });
  const vector = { embedding: [1, 2], inputTextTokenCount: 1 };

  test.each([
    ['Titan', vector, {}],
    ['Titan, of the length that was asked for', vector, { dimensions: 2 }],
    [
      'Titan, by type',
      { ...vector, embeddingsByType: { float: [1, 2], binary: [1, 0] } },
      { dimensions: 2 },
    ],
    [
      'Titan, of pictures',
      { embedding: [1], message: null },
      { embeddingConfig: { outputEmbeddingLength: 1 } },
    ],
    [
      'Nova',
      { embeddings: [{ embeddingType: 'TEXT', embedding: [1] }] },
      { singleEmbeddingParams: { embeddingDimension: 1 } },
    ],
  ])('is stored: %s', async (_name, body, asked) => {
    await withWire(
      () => ({ body }),
      async ({ client, server }) => {
        for (const _round of [1, 2]) await client.send(titan(asked));
        expect(server.count).toBe(1);
      },
    );
  });

  test.each([
    ['Titan, empty', { embedding: [] }, {}],
    ['Titan, null', { embedding: null, message: 'Something went wrong.' }, {}],
    ['Titan, zeros', { embedding: [0, 0] }, {}],
    ['Titan, another length', vector, { dimensions: 256 }],
    [
      'Titan, one type of zeros',
      { ...vector, embeddingsByType: { float: [1, 2], binary: [0, 0] } },
      {},
    ],
    ['Titan, of pictures', { embedding: [1] }, { embeddingConfig: { outputEmbeddingLength: 384 } }],
    ['Nova, none', { embeddings: [] }, {}],
    ['Nova, nulls', { embeddings: [{ embeddingType: 'TEXT', embedding: [null] }] }, {}],
  ])('is not stored: %s', async (_name, body, asked) => {
    await withWire(
      () => ({ body }),
      async ({ client, server, reasons }) => {
        for (const _round of [1, 2]) await client.send(titan(asked));
        expect([server.count, reasons]).toEqual([2, ['incomplete', 'incomplete']]);
      },
    );
  });
});

test('one answer has vectors of one model', async () => {
  let size = 2;
  const answer = (request: BedrockRequest) => ({
    body: { embeddings: askedIn(request).texts.map(() => Array(size).fill(1)) },
  });
  await withWire(answer, async ({ client, server }) => {
    await client.send(embed(['old']));
    size = 3;
    const { embeddings } = await bodyOf(client, embed(['old', 'new']));
    expect(embeddings).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
    const asked = server.requests.map((request) => askedIn(request).texts);
    expect(asked).toEqual([['old'], ['new'], ['old', 'new']]);
  });
});

describe('a ranking of documents', () => {
  const ranked = (...pairs: readonly (readonly [unknown, unknown])[]) => ({
    results: pairs.map(([index, relevance_score]) => ({ index, relevance_score })),
  });

  test.each([
    ['is stored with all documents', ranked([1, 0.9], [0, 0.1]), {}, 1],
    ['is stored with the best one', ranked([1, 0.9]), { top_n: 1 }, 1],
    ['is not stored that counts from 1', ranked([1, 0.9], [2, 0.1]), {}, 2],
    ['is not stored with a score that is null', ranked([1, null], [0, 0.1]), {}, 2],
    ['is not stored with a score that is text', ranked([1, '0.9'], [0, 0.1]), {}, 2],
    ['is not stored that lacks a document', ranked([1, 0.9]), {}, 2],
  ])('%s', async (_name, body, more, calls) => {
    await withWire(
      () => ({ body }),
      async ({ client, server }) => {
        const asked = { query: 'q', documents: ['a', 'b'], api_version: 2, ...more };
        for (const _round of [1, 2]) {
          await client.send(command(asked, { modelId: 'cohere.rerank-v3-5:0' }));
        }
        expect(server.count).toBe(calls);
      },
    );
  });
});
