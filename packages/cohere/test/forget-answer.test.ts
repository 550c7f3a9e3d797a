import { chunksOf, serverSentEvents, tracedAnswer } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { withWire } from './wire.ts';

const isTraced = tracedAnswer(expect);

const usage = { billed_units: { input_tokens: 5, output_tokens: 3 } };
const content = { type: 'text', text: 'Salt' };
const events = [
  { type: 'message-start', id: 'one', delta: { message: { role: 'assistant', content: [] } } },
  { type: 'content-start', index: 0, delta: { message: { content } } },
  { type: 'content-end', index: 0 },
  { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage } },
];

function answer({ json, path }: { json: unknown; path: string }) {
  if (path.endsWith('/embed')) {
    return { body: { id: 'e', texts: ['a'], embeddings: { float: [[0.5, 1]] }, meta: usage } };
  }
  if (path.endsWith('/rerank')) {
    return { body: { id: 'r', results: [{ index: 0, relevance_score: 0.5 }], meta: usage } };
  }
  if ((json as { stream?: boolean }).stream === true) {
    const body = serverSentEvents(events.map((data) => ({ event: data.type, data })));
    return { kind: 'sse' as const, body };
  }
  const message = { role: 'assistant', content: [content] };
  return { body: { id: 'one', message, finish_reason: 'COMPLETE', usage } };
}

test('objects and streams of the SDK can be traced to their calls, and their answers forgotten', async () => {
  const request = { model: 'command-test', messages: [{ role: 'user' as const, content: 'Hi' }] };
  await withWire({ answer }, async ({ client }) => {
    await isTraced(() => client.chat(request));
    await isTraced(async () => (await client.chat({ ...request, seed: 1 }).withRawResponse()).data);
    await isTraced(async () => {
      const stream = await client.chatStream(request);
      await chunksOf(stream);
      return stream;
    });
    await isTraced(() => client.rerank({ model: 'r', query: 'q', documents: ['a'] }));
    await isTraced(() =>
      client.embed({
        ...{ model: 'e', texts: ['a'], inputType: 'search_query', embeddingTypes: ['float'] },
      }),
    );
  });
});
