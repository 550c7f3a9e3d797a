import { redisStore } from '@cached-llm/store-redis';
import { afterAll, expect, test } from '@jest/globals';
import { startFaultTrial } from './faults/fault-trial.ts';
import { startSharedServer } from './resources.ts';

/** `CACHED_LLM_MANY_ENTRIES=1000000` is the full test; it takes half a gigabyte of memory. */
const ENTRIES = Number(process.env.CACHED_LLM_MANY_ENTRIES ?? 100_000);
const FOREIGN = 10_000;
const BATCH = 10_000;
const FILL = `for number = ARGV[2], ARGV[3] do
  redis.call('SET', ARGV[1] .. string.format('%d', number), ARGV[4], 'PX', 604800000)
end`;

const { server, client } = await startSharedServer();
const trial = startFaultTrial(redisStore({ url: server.url, connectTimeout: 30_000 }), {
  namespace: 'app',
});
afterAll(() => trial.cache.close());

/** Lets the server itself write many equal rows. */
async function fill(prefix: string, count: number, row: string): Promise<void> {
  for (let first = 0; first < count; first += BATCH) {
    const last = Math.min(count, first + BATCH) - 1;
    await client.eval(FILL, { arguments: [prefix, `${first}`, `${last}`, row] });
  }
}

/** Counts the server's commands by their names. */
async function commands(): Promise<Map<string, number>> {
  const stats = await client.info('commandstats');
  const lines = stats.matchAll(/cmdstat_([\w|]+):calls=(\d+)/g);
  return new Map([...lines].map(([, name = '', calls]) => [name, Number(calls)]));
}

async function commandsOf(run: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await commands();
  await run();
  const differences = [...(await commands())].map(
    ([name, calls]) => [name, calls - (before.get(name) ?? 0)] as const,
  );
  const others = differences.filter(([name, calls]) => calls > 0 && !/info|ping/.test(name));
  return Object.fromEntries(others);
}

test(`a namespace of ${ENTRIES} entries is invalidated by one read and one write`, async () => {
  expect(await trial.storeAll('a')).toBe(true);
  const { info } = await trial.ask.withInfo({ prompt: 'a 1' });
  const key = String(info.key);
  const row = String(await client.get(key));
  const prefix = key.slice(0, key.lastIndexOf(':') + 1);
  await fill(prefix, ENTRIES, row);
  await fill('another:1:', FOREIGN, 'theirs');
  expect(await trial.areHits('a')).toBe(true);
  const rows = await client.dbSize();

  const startedAt = performance.now();
  const asked = await commandsOf(() => trial.cache.invalidate({ namespace: true }));
  const took = (performance.now() - startedAt).toFixed(1);
  process.stdout.write(`${ENTRIES} entries invalidated in ${took} ms\n`);

  expect(asked).toEqual({ mget: 1, set: 1 }); // it reads which generation it ends
  expect(await client.dbSize()).toBe(rows);
  expect(await trial.areHits('a')).toBe(false);
  expect(await trial.areHits('a')).toBe(true);
  expect(await client.get(`another:1:${FOREIGN - 1}`)).toBe('theirs');
});
