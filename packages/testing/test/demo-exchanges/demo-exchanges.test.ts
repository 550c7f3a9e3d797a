import { describe, expect, test } from '@jest/globals';
import { demoExchanges } from '../../src/demo-exchanges/index.ts';
import { post, withServers } from '../wire-server/with-server.ts';

const start = withServers();
const exchanges = Object.values(demoExchanges);
const startDemo = () => start({ exchanges });

/** The fields that the tests read: the type of a body is unknown, because an exchange may have any body. */
interface Answer {
  choices: {
    finish_reason: string | null;
    message: { content: string | null; refusal?: string };
  }[];
  data: { embedding: string }[];
  error: { code: unknown; message: string };
}

describe('the demo exchanges', () => {
  test('are answered by one server, each to its own request', async () => {
    const server = await startDemo();
    for (const { path, request, response, name } of exchanges) {
      const received = await post(server.url + path, request);
      expect([name, received.status]).toEqual([name, response.status ?? 200]);
      const text = await received.text();
      if (response.kind !== 'sse') expect([name, JSON.parse(text)]).toEqual([name, response.body]);
    }
  });

  test('include a stream that ends with a finish reason, its usage and [DONE], and whose chunks make the answer', async () => {
    const server = await startDemo();
    const { path, request } = demoExchanges.streamedChat;
    const text = await (await post(server.url + path, request)).text();
    const payloads = text
      .split('\n\n')
      .filter(Boolean)
      .map((event) => event.replace('data: ', ''));
    expect(payloads.pop()).toBe('[DONE]');
    const chunks = payloads.map((payload) => JSON.parse(payload));
    const spelled = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(spelled).toBe('Count the rings: one per year.');
    expect(chunks.at(-2).choices[0].finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 25 } });
  });

  test('include embeddings that decode to vectors of the requested size', () => {
    const { request, response } = demoExchanges.embeddings;
    // See Answer.
    const vectors = (response.body as Answer).data.map(({ embedding }) => {
      const bytes = Uint8Array.from(Buffer.from(embedding, 'base64'));
      return new Float32Array(bytes.buffer);
    });
    expect(vectors.map(({ length }) => length)).toEqual(
      request.input.map(() => request.dimensions),
    );
    expect(vectors[0]?.[0]).toBe(0.5);
  });

  test('include answers that a cache must not store, each under its own name', () => {
    // See Answer.
    const bodyOf = (name: keyof typeof demoExchanges) =>
      demoExchanges[name].response.body as Answer;
    expect(bodyOf('truncatedByLength').choices[0]?.finish_reason).toBe('length');
    expect(bodyOf('refusal').choices[0]?.message.refusal).toContain('cannot');
    expect(bodyOf('errorUnderStatus200').error.code).toBe(502);
    expect(bodyOf('rateLimited').error.code).toBe('rate_limit_exceeded');
    expect(bodyOf('serverError').error.message).toContain('error');
  });
});
