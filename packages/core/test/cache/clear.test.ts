import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';
import { QUESTION, startProvider } from '../provider.ts';
import { settled } from '../trial.ts';

const NAMESPACES = ['a', 'ab', 'a:b', 'a%3Ab', '%', '*', 'a*', '_', 'ä'];

async function filled(store: MemoryStore, namespaces: readonly string[]) {
  const provider = startProvider();
  const askers = namespaces.map((namespace) => {
    const cache = createLlmCache({ store, namespace });
    return { namespace, cache, ask: cachedLlmCall(provider.ask, { cache }) };
  });
  for (const { ask } of askers) await ask(QUESTION);
  await settled();
  return { provider, askers };
}

describe('clear', () => {
  test.each(NAMESPACES)(
    'of namespace %p removes the entries of that namespace only',
    async (cleared) => {
      const store = new MemoryStore();
      const { provider, askers } = await filled(store, NAMESPACES);
      expect(provider.calls).toHaveLength(NAMESPACES.length);
      expect(await askers.find(({ namespace }) => namespace === cleared)?.cache.clear()).toBe(true);
      for (const { namespace, ask } of askers) {
        const isGone = (await ask.peek(QUESTION)) === undefined;
        expect([namespace, isGone]).toEqual([namespace, namespace === cleared]);
      }
    },
  );

  test('removes the rows from a store that can list them', async () => {
    const store = new MemoryStore();
    const { askers } = await filled(store, ['a', 'b']);
    const entriesOf = async (prefix: string) => {
      const keys: string[] = [];
      for await (const { key } of store.scan(prefix)) keys.push(key);
      return keys.filter((key) => !key.includes(':tag:'));
    };
    await askers[0]?.cache.clear();
    expect(await entriesOf('a:')).toEqual([]);
    expect(await entriesOf('b:')).toHaveLength(1);
  });

  test('invalidates the entries of a store that cannot list them, also for a second cache over that store', async () => {
    const store = new Map<string, unknown>();
    const provider = startProvider();
    const cache = createLlmCache({ store });
    const there = cachedLlmCall(provider.ask, { cache: createLlmCache({ store }) });
    await there(QUESTION);
    expect(await cache.clear()).toBe(true);
    await there(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });

  test('resolves to false where the store fails, and does not reject', async () => {
    class Failing extends MemoryStore {
      override async *scan(prefix: string) {
        yield* super.scan(prefix);
        throw Object.assign(new Error('redis://user:secret@host is gone'), { code: 'GONE' });
      }
    }
    const cache = createLlmCache({ store: new Failing() });
    const errors: unknown[] = [];
    cache.on('store-error', (event) => errors.push(event));
    expect(await cache.clear()).toBe(false);
    expect(errors).toEqual([{ operation: 'scan', reason: 'GONE', isPermanent: false }]);
  });

  test('keeps the answer of a call that is under way out of the store', async () => {
    const store = new MemoryStore();
    const cache = createLlmCache({ store });
    let answer = (_text: string) => {};
    const slow = (_prompt: string) => new Promise<string>((resolve) => (answer = resolve));
    const ask = cachedLlmCall(slow, { cache });
    const asked = ask('p');
    await settled();
    await cache.clear();
    answer('too late');
    expect(await asked).toBe('too late');
    await settled();
    expect(await ask.peek('p')).toBeUndefined();
  });
});
