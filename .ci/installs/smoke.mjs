// Asks one question through a cache on a SQLite file, and prints how often the model was called, and what the cache reported.
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';

const events = [];
const report = (error) => events.push({ reason: `the process would have ended: ${error}` });
process.on('unhandledRejection', report).on('uncaughtException', report);

const cache = createLlmCache({ store: 'sqlite:./llm.db', storeTimeout: '5s' });
cache.on('store-error', (event) => events.push(event));
let calls = 0;
async function callTheModel(question) {
  calls += 1;
  return `the answer to ${question}`;
}
const ask = cachedLlmCall(callTheModel, { cache, provider: 'a model' });
const isRight = (await ask('the question')) === 'the answer to the question';
await cache.close();
console.log(JSON.stringify({ isRight, calls, events }));
