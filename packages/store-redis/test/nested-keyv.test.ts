import { redisStore } from '@cached-llm/store-redis';
import { startRedis } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { Keyv } from 'keyv';

test('a Keyv around the store is refused, because the store already is a Keyv', async () => {
  const redis = await startRedis();
  const store = redisStore(redis.url);
  expect(() => new Keyv({ store })).toThrow(
    'redisStore() already is a Keyv, and cannot be put into another one. Pass it itself: createLlmCache({ store: redisStore() }).',
  );
  expect(await store.set('a', 'b')).toBe(true);
  expect(await store.get('a')).toBe('b');
  await store.disconnect();
  await redis.stop();
});
