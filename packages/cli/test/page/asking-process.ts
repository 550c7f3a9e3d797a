// asking-process <store> <namespace>: answers each line on stdin, a question, with the outcome of its request.
import { createInterface } from 'node:readline';
import { createLlmCache } from '@cached-llm/core';
import { asking } from './seed.ts';

const [, , store = '', namespace = ''] = process.argv;
const cache = createLlmCache({ store, namespace, ttl: '365d', explain: true, live: '20ms' });
const ask = asking(cache, ['page']);
for await (const content of createInterface({ input: process.stdin })) {
  const { info } = await ask.withInfo({ model: 'gpt-4o', content });
  console.log(info.outcome);
}
await cache.close();
