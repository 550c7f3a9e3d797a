// What a hit costs on each store, beside the raw store doing the same: key, look-up, own copy of the answer.
import { createHash } from 'node:crypto';
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { startRedis, temporaryFolder } from '@cached-llm/testing';
import Table from 'cli-table3';
import { measure } from './measure.ts';
import { storesBesideRaw } from './stores-beside-raw.ts';
import { requestOf, responseOf } from './workload.ts';

const SIZES = [
  { request: 1_000, response: 2_000, calls: 2_000 },
  { request: 8_000, response: 2_000, calls: 1_000 },
  { request: 100_000, response: 4_000, calls: 150 },
];

const folder = await temporaryFolder();
const redis = await startRedis();
const { stores, close } = await storesBesideRaw(folder.path, redis.url);

const table = new Table({
  head: ['store / raw', 'request', 'answer', 'ours µs', 'raw µs', 'ratio'],
  colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
  style: { head: [], border: [], compact: true },
});
const keyOf = (request: object) =>
  createHash('sha256').update(JSON.stringify(request)).digest('hex');

for (const { name, store, raw } of stores) {
  const cache = createLlmCache({ store });
  for (const size of SIZES) {
    const request = requestOf(size.request);
    const response = responseOf(size.response);
    const ask = cachedLlmCall(
      async function ask(_request: object) {
        return response;
      },
      { cache },
    );
    await ask.withInfo(request); // stored when this is back
    await raw.set(keyOf(request), JSON.stringify(response));
    const figures = await measure(
      {
        ours: () => ask(request),
        raw: async () => JSON.parse(String(await raw.get(keyOf(request)))),
      },
      name.startsWith('memory') ? size.calls : Math.min(size.calls, 300),
    );
    const { ours, raw: rawTime, ratio } = figures;
    table.push([
      name,
      size.request,
      size.response,
      ours.toFixed(1),
      rawTime.toFixed(1),
      ratio.toFixed(2),
    ]);
  }
  await cache.close();
}
console.log(table.toString());

close();
await redis.stop();
await folder.remove();
