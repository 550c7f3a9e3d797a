import { redisStore } from '@cached-llm/store-redis';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { startSharedServer } from '../resources.ts';
import { startFaultTrial } from './fault-trial.ts';

const request = { prompt: 'Why is the sea salty?' };
const PREFIX = Buffer.from('cached-llm ');
const { server, client } = await startSharedServer();
const trial = startFaultTrial(redisStore({ url: server.url, connectTimeout: 30_000 }));
afterAll(() => trial.cache.close());
const key = String((await trial.ask.withInfo(request)).info.key);
const row = Buffer.from((await client.get(key)) ?? '');

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const place = fc.nat(1000).map((number) => number % row.length);

/** Texts that a row may have by accident or malice. */
const damage: fc.Arbitrary<Buffer> = fc.oneof(
  bytes,
  bytes.map((some) => Buffer.concat([PREFIX, some])),
  fc.json().map((text) => Buffer.from(text)),
  fc.json().map((text) => Buffer.concat([PREFIX, Buffer.from(`${text}\n${text}`)])),
  place.map((end) => row.subarray(0, end)),
  place.map((start) => row.subarray(start + 1)),
  fc.tuple(place, bytes).map(([end, some]) => Buffer.concat([row.subarray(0, end), some])),
);

async function expectMissThenHit(): Promise<void> {
  const first = await trial.ask.withInfo(request);
  expect(first.response).toEqual({ text: `answer to ${request.prompt}` });
  expect(first.info).toMatchObject({ outcome: 'miss', stored: true });
  const { response, info } = await trial.ask.withInfo(request);
  expect([response, info.outcome]).toEqual([first.response, 'hit']);
}

test('a row of random bytes is a miss, and the next answer replaces it', async () => {
  const property = fc.asyncProperty(damage, async (some) => {
    await client.set(key, some);
    await expectMissThenHit();
  });
  await fc.assert(property, { numRuns: 300 });
  expect(trial.countOf('store-error')).toBe(0);
});

test('a row of another type is a miss, and the next answer replaces it', async () => {
  const types = [['HSET', 'field'], ['RPUSH'], ['SADD'], ['ZADD', '1'], ['XADD', '*', 'field']];
  for (const [command = '', ...words] of types) {
    await client.del(key);
    await client.sendCommand([command, key, ...words, 'value']);
    await expectMissThenHit();
  }
  expect(trial.countOf('store-error')).toBe(0);
});
