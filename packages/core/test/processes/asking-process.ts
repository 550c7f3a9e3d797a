// A test runs several of these processes, which make the same call at once. Arguments: store, provider, calls.
import { once } from 'node:events';
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';

const [store = '', provider = '', calls = '1'] = process.argv.slice(2);
const cache = createLlmCache({ store, lease: '10s', storeTimeout: '30s' });

const ask = cachedLlmCall(
  async function ask(question: { readonly prompt: string }): Promise<string> {
    const response = await fetch(provider, { method: 'POST', body: question.prompt });
    return response.text();
  },
  { cache, provider: 'shared' },
);

await cache.get({ provider: 'warm', request: 'opens the store' });
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.pause();
const answers = await Promise.all(
  Array.from({ length: Number(calls) }, () => ask({ prompt: 'Why is the sea salty?' })),
);
process.stdout.write(`${JSON.stringify([...new Set(answers)])}\n`);
await cache.close();
