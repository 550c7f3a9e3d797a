import { infoOf } from '@cached-llm/core';
import { cachedMistral } from '@cached-llm/mistral';
import { chunksOf, tracedAnswer } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { HTTPClient } from '@mistralai/mistralai';
import { clientOf, withWire } from './wire.ts';

const isTraced = tracedAnswer(expect);

const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
const head = { id: 'one', created: 1, model: 'mistral-test', usage };
const message = { role: 'assistant', content: 'Salt' };

function answer({ json, path }: { json: unknown; path: string }) {
  if (path.endsWith('/embeddings')) {
    const data = [{ object: 'embedding', index: 0, embedding: [0.5, 1] }];
    return { body: { ...head, object: 'list', data } };
  }
  const choice = { index: 0, finish_reason: 'stop' };
  if ((json as { stream?: boolean }).stream === true) {
    const chunk = { ...head, object: 'chat.completion.chunk' };
    const body = [{ ...chunk, choices: [{ ...choice, delta: message }] }, '[DONE]'];
    return { kind: 'sse' as const, body };
  }
  return { body: { ...head, object: 'chat.completion', choices: [{ ...choice, message }] } };
}

test('objects and streams of the SDK can be traced to their calls, and their answers forgotten', async () => {
  const request = { model: 'mistral-test', messages: [{ role: 'user' as const, content: 'Hi' }] };
  await withWire({ answer }, async ({ client }) => {
    await isTraced(() => client.chat.complete(request));
    await isTraced(async () => {
      const stream = await client.chat.stream(request);
      await chunksOf(stream);
      return stream;
    });
    await isTraced(() => client.fim.complete({ model: 'codestral', prompt: 'const' }));
    await isTraced(() => client.embeddings.create({ model: 'mistral-embed', inputs: ['a'] }));
  });
});

test('an object is not traced to a call that a hook of the user makes within the call', async () => {
  const request = { model: 'mistral-test', messages: [{ role: 'user' as const, content: 'Hi' }] };
  await withWire({ answer }, async ({ client, server, cache }) => {
    const httpClient = new HTTPClient();
    httpClient.addHook('response', async () => {
      await client.fim.complete({ model: 'codestral', prompt: 'const' }); // any cached client
    });
    const hooked = cachedMistral(clientOf(server, { httpClient }), { cache });
    const alone = infoOf(await client.chat.complete(request))?.key;
    expect(infoOf(await hooked.chat.complete(request))?.key).toBe(alone);
  });
});
