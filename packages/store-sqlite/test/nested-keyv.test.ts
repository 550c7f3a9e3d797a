import { join } from 'node:path';
import { createLlmCache } from '@cached-llm/core';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { temporaryFolder } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { Keyv } from 'keyv';

test('a Keyv around the store is refused, because the store already is a Keyv', async () => {
  const { path, remove } = await temporaryFolder();
  const store = sqliteStore({ path: join(path, 'llm.db') });
  expect(() => new Keyv({ store })).toThrow(
    'sqliteStore() already is a Keyv, and cannot be put into another one. Pass it itself: createLlmCache({ store: sqliteStore() }).',
  );
  expect(createLlmCache({ store })).toBeDefined();
  expect(await store.set('a', 'b')).toBe(true);
  expect(await store.get('a')).toBe('b');
  await store.disconnect();
  await remove();
});
