// A test runs this. It asks, and ends the process right after the answer. Arguments: the file, and how it ends.
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { withDriver } from '../chosen-driver.ts';

const [path = '', ending = ''] = process.argv.slice(2);
const cache = createLlmCache({ store: sqliteStore(withDriver(path)), storeTimeout: '30s' });
let calls = 0;
async function callTheModel(question: string) {
  calls += 1;
  return `the answer to ${question}`;
}
const ask = cachedLlmCall(callTheModel, { cache, provider: 'a model' });

await ask('Why?');
if (ending === 'close') await cache.close();
if (ending === 'dispose') await cache[Symbol.asyncDispose]();

process.stdout.write(`${calls}\n`);
if (ending !== 'none') process.exit();
