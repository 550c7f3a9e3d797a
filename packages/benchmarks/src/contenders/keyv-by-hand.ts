import { Keyv, type KeyvStoreAdapter } from 'keyv';
import type { MakeContender } from './contender.ts';
import { keyOf } from './key-of.ts';

/** What one writes who has a Keyv and ten minutes. */
export function keyvOver(store: KeyvStoreAdapter | undefined): MakeContender {
  const keyv = new Keyv<unknown>(store === undefined ? {} : { store });
  return (call) => ({
    name: 'keyv by hand',
    async ask(request) {
      const key = keyOf(request);
      const found = await keyv.get(key);
      if (found !== undefined) return found;
      const response = await call(request);
      await keyv.set(key, response);
      return response;
    },
  });
}

export const keyvByHand: MakeContender = (call, entries) => keyvOver(undefined)(call, entries);
