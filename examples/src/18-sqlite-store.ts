// The answers are in one file. They outlive the process and need no server.
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { sqliteStore } from '@cached-llm/store-sqlite';

async function callTheModel(question: string) {
  return `the answer to: ${question}`; // your call to a model
}

const store = sqliteStore('./llm.db'); // or store: 'sqlite:./llm.db'
const cache = createLlmCache({ store });
const ask = cachedLlmCall(callTheModel, { cache, provider: 'my-model', ttl: '7d' });

const { info } = await ask.withInfo('Why is the sea salty?');
console.log(info.outcome, 'stored:', info.stored);
await cache.close();
