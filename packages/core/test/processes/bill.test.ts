import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createLlmCache } from '../../src/index.ts';
import { answersOf, go, startProcess } from './processes.ts';
import { atEnd, endAll, SHARED_PLACES, urlOf } from './shared-places.ts';

afterEach(endAll);

/** Micro-dollars of an answer to a prompt. */
const priceOf = (prompt: number) => 7 * prompt + 3;

/** A provider that charges for every answer that it gives. */
async function startBiller() {
  const biller = { url: '', micros: 0, calls: 0 };
  const server = createServer((request, response) => {
    const micros = priceOf(Number(new URL(`http://x${request.url}`).searchParams.get('prompt')));
    biller.micros += micros;
    biller.calls += 1;
    setImmediate(() => response.end(JSON.stringify({ micros })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on a port has this kind of address.
  biller.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return biller;
}

const microsOf = (usd: number | undefined) => Math.round((usd ?? 0) * 1e6);

describe.each(SHARED_PLACES)('the bill of two processes over %s', (_what, openPlace) => {
  test.each([11, 23])(
    'is what they spent, and with what they saved what all requests would have cost (seed %d)',
    async (seed) => {
      const store = await urlOf(openPlace);
      const biller = await startBiller();
      const processes = await Promise.all(
        [seed, seed + 1].map((each) =>
          startProcess('billing-process', store, biller.url, String(each)),
        ),
      );
      for (const { child } of processes) atEnd(() => child.kill('SIGKILL'));
      processes.forEach(go);
      await Promise.all(processes.map(({ ended }) => ended));
      const asked = processes.flatMap((each) => answersOf(each) as number[]); // it prints a list of prompts
      const without = asked.reduce((sum, prompt) => sum + priceOf(prompt), 0);
      const reader = createLlmCache({ store, storeTimeout: '30s' });
      atEnd(() => reader.close());
      const { spent, saved } = (await reader.ledger()).total.cost;
      expect({ spent: microsOf(spent.usd), unknown: spent.unpriced + saved.unpriced }).toEqual({
        spent: biller.micros,
        unknown: 0,
      });
      expect(microsOf(spent.usd) + microsOf(saved.usd)).toBe(without);
      expect(biller.calls).toBeLessThan(asked.length / 2);
    },
  );
});
