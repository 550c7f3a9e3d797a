import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { createLlmCache } from '@cached-llm/core';
import KeyvRedis from '@keyv/redis';
import { startRedis } from 'fits-trial/redis.js';
import Redis from 'ioredis';
import { askTwice } from './asked.mjs';

let server;
before(async () => {
  server = await startRedis();
});
after(() => server.stop());

const refusal = { code: 'UNKNOWN_STORE', message: /redis:\/\/host:6379/ };

test('a client of ioredis is refused, with what to write', () => {
  const client = new Redis(server.url);
  assert.throws(() => createLlmCache({ store: client }), refusal);
  client.disconnect();
});

for (const name of ['redis-3', 'redis-4', 'redis-5', 'redis-6', '@redis/client-1']) {
  test(`a client of ${name} is refused, with what to write`, async () => {
    const { createClient } = await import(name).then((module) => module.default ?? module);
    const client = createClient({ url: server.url });
    client.on('error', () => {});
    assert.throws(() => createLlmCache({ store: client }), refusal);
    if (name === 'redis-3') client.end(true);
  });
}

test('an adapter of Keyv with a client of another package fails no call, and says what to do', async () => {
  const client = new Redis(server.url);
  const adapter = new KeyvRedis(client);
  adapter.on('error', () => {});
  const { calls, reasons } = await askTwice(adapter);
  assert.strictEqual(calls, 2);
  assert.match(reasons.join('\n'), /client of the package and major/);
  client.disconnect();
});
