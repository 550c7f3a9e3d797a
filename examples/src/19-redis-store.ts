// An answer that one server has paid for is free for all of them. While Redis is down, every call still succeeds.
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { redisStore } from '@cached-llm/store-redis';

async function callTheModel(question: string) {
  return `the answer to: ${question}`; // your call to a model
}

const store = redisStore(process.env.REDIS_URL ?? 'redis://localhost:6379');
const cache = createLlmCache({ store });
const ask = cachedLlmCall(callTheModel, { cache, provider: 'my-model', ttl: '1d' });

const { info } = await ask.withInfo('Why is the sea salty?');
console.log(info.outcome, 'stored:', info.stored);
await cache.close();
