import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { startRedis } from 'fits-trial/redis.js';
import { askTwice } from './asked.mjs';

const classOf = async (name, exported) => {
  const module = await import(name);
  return module[exported] ?? module.default;
};

let server;
before(async () => {
  server = await startRedis();
});
after(() => server.stop());

const ends = [];
after(() => Promise.all(ends.map((end) => end())));

const keyvs = ['keyv-4', 'keyv', 'keyv-6'];
const adapters = ['keyv-redis-2', 'keyv-redis-3', 'keyv-redis-4', '@keyv/redis'];

async function adapterOf(name) {
  const Adapter = await classOf(name, 'KeyvRedis');
  const adapter = new Adapter(server.url);
  adapter.on('error', () => {});
  ends.push(() => adapter.disconnect());
  return adapter;
}

const empty = async () => {
  const { createClient } = await import('redis-5');
  const client = await createClient({ url: server.url }).connect();
  await client.flushAll();
  client.destroy();
};

const isKept = { calls: 1, reasons: [] };

for (const name of keyvs) {
  test(`${name} alone is a store`, async () => {
    const Keyv = await classOf(name, 'Keyv');
    assert.deepStrictEqual(await askTwice(new Keyv()), isKept);
  });
  for (const adapter of adapters) {
    test(`${name} with ${adapter} is a store`, async () => {
      await empty();
      const Keyv = await classOf(name, 'Keyv');
      assert.deepStrictEqual(await askTwice(new Keyv({ store: await adapterOf(adapter) })), isKept);
    });
  }
}

for (const adapter of adapters) {
  test(`${adapter} without a Keyv is a store`, async () => {
    await empty();
    assert.deepStrictEqual(await askTwice(await adapterOf(adapter)), isKept);
  });
}
