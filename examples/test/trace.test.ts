import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { describeWithFixtures, temporaryFolder } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';

interface Run {
  readonly keys: readonly number[];
}

/** Texts as long as those of the suite, each of them different. */
function promptsOf(lengths: readonly number[]): readonly string[] {
  return lengths.map((length, prompt) => `${prompt} `.padEnd(length, 'x'));
}

describeWithFixtures(
  { describe, test },
  'a prompt suite that is re-run as it changes',
  (folder) => {
    const read = (name: string) => readFileSync(join(folder, 'trace', name), 'utf8');
    const lines = read('prompts-suite.jsonl').trim().split('\n');
    const runs = lines.map((line): Run => JSON.parse(line));
    const prompts = promptsOf(JSON.parse(read('prompts-suite-chars.json')));

    test('hits where a prompt was sent before, 98.07 % of the time, and saves the price of each hit', async () => {
      const place = await temporaryFolder();
      const store = sqliteStore(join(place.path, 'suite.db'));
      const endless = { ttl: Number.POSITIVE_INFINITY, storeTimeout: '60s' } as const;
      const price = 2 ** -9; // a sum of these is exact
      const cache = createLlmCache({ store, ...endless, priceOf: () => price });
      let requests = 0;
      const ask = cachedLlmCall(
        async (prompt: string) => {
          requests += 1;
          return { text: prompt.length, usage: { prompt_tokens: prompt.length } };
        },
        { cache, provider: 'a-model' },
      );
      for (const { keys } of runs) for (const key of keys) await ask(prompts[key] ?? '');
      const { hits, misses, hitRate, cost } = cache.stats();
      await cache.close();
      await place.remove();
      expect({ requests, misses, hits }).toEqual({ requests: 1_431, misses: 1_431, hits: 72_706 });
      expect((hitRate * 100).toFixed(2)).toBe('98.07');
      expect([cost.saved.usd, cost.spent.usd]).toEqual([hits * price, misses * price]);
    });
  },
);
