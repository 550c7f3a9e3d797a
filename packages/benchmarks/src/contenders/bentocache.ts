import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { keyOf, type MakeContender } from './contender.ts';

export const bentocache: MakeContender = (call, entries) => {
  const memory = bentostore().useL1Layer(memoryDriver({ maxItems: entries }));
  const cache = new BentoCache({ default: 'memory', stores: { memory } });
  return {
    name: 'bentocache getOrSet',
    ask: (request) =>
      cache.getOrSet({ key: keyOf(request), factory: () => call(request), ttl: '7d' }),
  };
};
