import { Cacheable } from 'cacheable';
import { keyOf, type MakeContender } from './contender.ts';

export const cacheable: MakeContender = (call) => {
  const cache = new Cacheable();
  return {
    name: 'cacheable getOrSet',
    ask: (request) => cache.getOrSet(keyOf(request), () => call(request), { ttl: '7d' }),
  };
};
