import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { bestHitRate } from '../src/hit-rate/best-hit-rate.ts';
import { hitRate, hitRateOfLru } from '../src/hit-rate/hit-rate.ts';
import { sizedTraces } from '../src/hit-rate/sized-traces.ts';
import { type Trace, traceIn } from '../src/hit-rate/trace.ts';

const loop = (keys: number, times: number): Trace => ({
  name: 'loop',
  accesses: Array.from({ length: keys * times }, (_, index) => ({ key: `${index % keys}` })),
});
const room = (maxEntries: number) => ({ maxEntries, maxBytes: Number.MAX_SAFE_INTEGER });

describe('a loop', () => {
  test('that fits into the store hits every time but the first', () => {
    for (const rate of [hitRateOfLru, hitRate, bestHitRate]) {
      expect(rate(loop(100, 10), room(100))).toBe(90);
    }
  });

  test('that is longer than the store never hits with LRU, and hits the rows that the best policy stores', () => {
    const trace = loop(100, 50);
    expect(hitRateOfLru(trace, room(50))).toBe(0);
    expect(bestHitRate(trace, room(51))).toBeCloseTo(49.5, 0);
    expect(hitRate(trace, room(51))).toBeGreaterThan(30);
    expect(hitRate(trace, room(51))).toBeLessThan(bestHitRate(trace, room(51)));
  });
});

test('a trace has one key on each line, and may have the bytes of its answer', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cached-llm-'));
  const path = join(folder, 'requests.csv');
  await writeFile(path, 'a,100\nb,5\r\n\na,100\nwith, comma\n');
  expect(traceIn(path)).toEqual({
    name: 'requests.csv',
    accesses: [
      { key: 'a', bytes: 100 },
      { key: 'b', bytes: 5 },
      { key: 'a', bytes: 100 },
      { key: 'with, comma' },
    ],
  });
  await rm(folder, { recursive: true });
});

test('an entry that is larger than the store is never a hit', () => {
  const trace = {
    name: 'large',
    accesses: [
      { key: 'a', bytes: 5_000 },
      { key: 'a', bytes: 5_000 },
    ],
  };
  const small = { maxEntries: 10, maxBytes: 1_000 };
  for (const rate of [hitRateOfLru, hitRate, bestHitRate]) expect(rate(trace, small)).toBe(0);
});

test('the real trace is left out with a line that says so, where there is no recording of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cached-llm-'));
  const before = process.env.CACHED_LLM_FIXTURES;
  process.env.CACHED_LLM_FIXTURES = folder;
  const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect(sizedTraces().map(({ name }) => name)).not.toContain('prompt suite, sized');
    expect(written).toHaveBeenCalledWith(expect.stringContaining('NOT MEASURED: the prompt suite'));
  } finally {
    written.mockRestore();
    if (before === undefined) delete process.env.CACHED_LLM_FIXTURES;
    else process.env.CACHED_LLM_FIXTURES = before;
    await rm(folder, { recursive: true });
  }
});
