import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { SharedStore } from '../shared-store.ts';

/** A store whose writes need the event loop, as those of a server do. */
class RemoteStore extends SharedStore {
  override async set(key: string, value: string) {
    await turn();
    return super.set(key, value);
  }
}

test('callers that ask again and again let the write end that they wait behind', async () => {
  const store = new RemoteStore();
  const cache = createLlmCache({ store });
  let isStored = false;
  cache.on('stored', () => {
    isStored = true;
  });
  const ask = cachedLlmCall(async (_prompt: string) => 'answer', { cache, provider: 'p' });
  let asked = 0;
  // Without a turn of the event loop in between, the loop would only end by its bound.
  while (!isStored && asked < 10_000) {
    expect(await ask('p')).toBe('answer');
    asked += 1;
  }
  expect(isStored).toBe(true);
  await cache.close();
});
