// Without the secret no one can read or forge a stored row, and no tenant receives another's answer.
import { randomBytes } from 'node:crypto';
import { type CacheOptions, cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { MemoryStore } from '@cached-llm/core/store';

async function callTheModel(question: string) {
  return `the answer to: ${question}`; // your call to a model
}

const store = new MemoryStore(); // in production: one Redis for all tenants
const oldSecret = randomBytes(32).toString('base64'); // openssl rand -base64 32
const newSecret = randomBytes(32).toString('base64');

function askUnder(secrets: Pick<CacheOptions, 'secret' | 'secrets'>) {
  const cache = createLlmCache({ store, requireScope: true, compress: true, ...secrets });
  const ask = cachedLlmCall(callTheModel, { cache, provider: 'my-model' });
  return async (tenant: string | undefined) =>
    (await ask.with({ scope: tenant }).withInfo('Why is the sea salty?')).info.outcome;
}

const outcome = askUnder({ secret: oldSecret });
console.log(await outcome('tenant-7')); // miss
console.log(await outcome('tenant-7')); // hit
console.log(await outcome('tenant-8')); // miss: another tenant has other answers
console.log(await outcome(undefined)); // bypass: a call without a scope reads and stores nothing

const rotated = askUnder({ secrets: [newSecret, oldSecret] });
console.log(await rotated('tenant-7')); // hit: the old secret still decrypts the row
console.log(await rotated('tenant-9')); // miss: the new secret encrypts the new row

const done = askUnder({ secret: newSecret });
console.log(await done('tenant-9')); // hit
console.log(await done('tenant-7')); // miss: no secret can decrypt that row any more

for await (const { key, value } of store.scan('')) {
  if (/tenant|salty/.test(key + value)) throw new Error('A row can be read without the secret.');
}
