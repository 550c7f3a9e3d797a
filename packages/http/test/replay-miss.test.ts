import { createLlmCache, isLlmCacheError } from '@cached-llm/core';
import { cachedFetch, listedEmbeddings } from '@cached-llm/http';
import { describe, expect, test } from '@jest/globals';
import { chatAnswer, jsonPost, question, withWire } from './wire.ts';

const adapter = {
  provider: 'openai',
  ignore: [],
  rejects: () => undefined,
  stream: { ends: () => true, assemble: () => undefined },
  batch: listedEmbeddings,
};
const answer = () => ({ body: chatAnswer });

describe('a miss in replay mode under an SDK', () => {
  test('is a response that no SDK retries, and whose message every SDK shows', async () => {
    const fetching = { mode: 'replay', adapter } as const;
    await withWire({ fetching, answer }, async ({ post, server, url }) => {
      const response = await post();
      const text = await response.text();
      expect([response.ok, response.status, response.url]).toEqual([false, 406, url]);
      expect(response.headers.get('x-should-retry')).toBe('false');
      expect(response.headers.get('x-cached-llm')).toBe('replay-miss');
      expect(text).toMatch(/^LlmCacheError REPLAY_MISS: No answer is recorded/);
      expect(isLlmCacheError(new Error(`406 ${text}`), 'REPLAY_MISS')).toBe(true);
      expect(server.count).toBe(0);
    });
  });

  test('of one text of a batch is a miss of the whole batch', async () => {
    const fetching = { mode: 'replay', adapter } as const;
    await withWire({ fetching, answer }, async ({ fetch, url, server }) => {
      const post = jsonPost({ model: 'm', input: ['one', 'two'] });
      const response = await fetch(url.replace('chat/completions', 'embeddings'), post);
      expect(response.status).toBe(406);
      expect(server.count).toBe(0);
    });
  });

  test('is not stored, so that the request is answered when it is recorded later', async () => {
    await withWire({ answer, fetching: { adapter } }, async ({ cache, post, url }) => {
      const replay = cachedFetch({ cache, adapter, mode: 'replay' });
      expect((await replay(url, jsonPost())).status).toBe(406);
      await post();
      expect(await (await replay(url, jsonPost())).json()).toEqual(chatAnswer);
    });
  });

  test('does not replace any other error', async () => {
    const broken = async () => {
      throw new TypeError('fetch failed');
    };
    const fetch = cachedFetch({ cache: createLlmCache(), adapter, fetch: broken });
    await expect(fetch('http://127.0.0.1:9/', jsonPost(question))).rejects.toThrow('fetch failed');
  });
});
