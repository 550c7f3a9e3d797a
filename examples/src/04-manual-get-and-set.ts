// Where no wrapper fits, you make the call identity yourself, and read and write its entry by hand.
import { type CallIdentity, createLlmCache } from '@cached-llm/core';

const cache = createLlmCache();

const identity: CallIdentity = {
  provider: 'my-gateway',
  model: 'gpt-4o-mini',
  request: { messages: [{ role: 'user', content: 'Name a colour.' }], temperature: 0.7 },
};

console.log(await cache.get(identity)); // undefined

await cache.set(identity, { text: 'Teal' }, { ttl: '10m', tags: ['colours'] });
console.log(await cache.get(identity));
console.log(cache.keyOf(identity)?.startsWith('cached-llm:2:')); // true: the key is a digest and contains no prompt

await cache.invalidate({ tag: 'colours' });
console.log(await cache.get(identity)); // undefined: the tag was invalidated
