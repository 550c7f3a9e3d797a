import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createLlmCache, type LlmCache } from '../../src/index.ts';
import { type Asking, go, startProcess } from './processes.ts';
import { atEnd, endAll, SHARED_PLACES, urlOf } from './shared-places.ts';

const PROCESSES = 4;
const QUESTIONS = 6;

afterEach(endAll);

function readerOf(store: string): LlmCache {
  const cache = createLlmCache({ store, storeTimeout: '30s' });
  atEnd(() => cache.close());
  return cache;
}

async function start(...parameters: string[]): Promise<Asking> {
  const process = await startProcess('counting-process', ...parameters);
  atEnd(() => process.child.kill('SIGKILL'));
  return process;
}

async function startAll(url: string, every: string): Promise<Asking[]> {
  const names = Array.from({ length: PROCESSES }, (_one, index) => `process ${index}`);
  return Promise.all(names.map((name) => start(url, name, every, String(QUESTIONS), 'close')));
}

async function step(processes: readonly Asking[], part: string): Promise<void> {
  processes.forEach(go);
  while (!processes.every(({ printed }) => printed().includes(part))) await delay(5);
}

async function requestsIn(cache: LlmCache): Promise<number> {
  return (await cache.ledger()).total.requests;
}

/** The figures of a process that has asked this many questions. */
function figures(questions: number) {
  return {
    ...{ requests: 5 * questions, hits: 2 * questions, misses: 2 * questions },
    ...{ bypasses: questions, bypassesByReason: { 'not-canonical': questions } },
    ...{ stored: questions, notAdmitted: questions, collapsed: 0, stale: 0, storeErrors: 0 },
    notAdmittedByReason: { truncated: questions },
    tokens: {
      saved: { input: 20 * questions, output: 6 * questions },
      spent: { input: 20 * questions, output: 6 * questions },
    },
    cost: {
      saved: { usd: 0.5 * questions, unpriced: 0 },
      spent: { usd: 0.5 * questions, unpriced: 0 },
    },
  };
}

describe.each(SHARED_PLACES)('the ledger of four processes on %s', (_what, openPlace) => {
  test('is the exact sum of their counts', async () => {
    const url = await urlOf(openPlace);
    const processes = await startAll(url, '20ms');
    await step(processes, 'first');
    await step(processes, 'second');
    processes.forEach(go);
    await Promise.all(processes.map(({ ended }) => ended));
    const ledger = await readerOf(url).ledger();
    const all = 2 * PROCESSES * QUESTIONS;
    expect(ledger).toMatchObject({ processes: PROCESSES, isComplete: true, total: figures(all) });
    expect(ledger.total.time).toMatchObject({ cached: { count: 2 * all } });
    // A bypass has no model.
    const models = ledger.by('model').filter(({ model }) => model !== undefined);
    expect(models.map(({ model, hits }) => [model, hits]).sort()).toEqual([
      ['model-0', all],
      ['model-1', all],
    ]);
    const days = ledger.by('day').map(({ requests }) => requests);
    expect(days.reduce((sum, requests) => sum + requests, 0)).toBe(5 * all);
  });

  test('loses only the counts that a killed process had not written', async () => {
    const url = await urlOf(openPlace);
    const processes = await startAll(url, '50ms');
    const [killed, ...others] = processes;
    const reader = readerOf(url);
    const part = 5 * QUESTIONS;
    await step(processes, 'first');
    while ((await requestsIn(reader)) < part * PROCESSES) await delay(10);
    await step(processes, 'second');
    killed?.child.kill('SIGKILL');
    others.forEach(go);
    await Promise.all(processes.map(({ ended }) => ended));
    const requests = await requestsIn(reader);
    expect(requests).toBeGreaterThanOrEqual(part * (2 * PROCESSES - 1));
    expect(requests).toBeLessThanOrEqual(part * 2 * PROCESSES);
  });
});

const HOUR = 3_600_000;

describe.each(SHARED_PLACES)(
  'the windows of processes whose clocks differ, on %s',
  (_what, openPlace) => {
    test('are those of each clock, and the ledger says how far one is ahead', async () => {
      const url = await urlOf(openPlace);
      const clocks = [0, 0, -3 * HOUR, 2 * HOUR];
      const processes = await Promise.all(
        clocks.map((ahead, index) =>
          start(url, `process ${index}`, '20ms', String(QUESTIONS), 'close', `ahead=${ahead}`),
        ),
      );
      await step(processes, 'first');
      await step(processes, 'second');
      processes.forEach(go);
      await Promise.all(processes.map(({ ended }) => ended));
      const reader = readerOf(url);
      const each = 2 * 5 * QUESTIONS;
      const hour = await reader.ledger({ since: '1h' });
      expect(hour).toMatchObject({ processes: 3, total: { requests: 3 * each } });
      expect(hour.ahead).toBeGreaterThan(1.9 * HOUR);
      const fewHours = await reader.ledger({ since: '4h' });
      expect(fewHours).toMatchObject({ processes: 4, total: figures(8 * QUESTIONS) });
    });
  },
);

describe.each(SHARED_PLACES)('a reset while four processes write, on %s', (_what, openPlace) => {
  test('leaves nothing of before, and loses nothing of after they have learned of it', async () => {
    const url = await urlOf(openPlace);
    const names = Array.from({ length: PROCESSES }, (_one, index) => `process ${index}`);
    const counting = [String(QUESTIONS), 'close', 'thrice'];
    const processes = await Promise.all(names.map((name) => start(url, name, '20ms', ...counting)));
    const reader = readerOf(url);
    const part = PROCESSES * 5 * QUESTIONS;
    await step(processes, 'first');
    while ((await requestsIn(reader)) < part) await delay(10);
    expect(await reader.resetStats()).toBe(true);
    expect(await requestsIn(reader)).toBe(0);
    await step(processes, 'second');
    while ((await reader.ledger()).processes < PROCESSES) await delay(10); // each of them has learned of it
    await step(processes, 'third');
    processes.forEach(go);
    await Promise.all(processes.map(({ ended }) => ended));
    for (const since of ['1h', undefined] as const) {
      const { total, processes: counted } = await reader.ledger({ since });
      expect(counted).toBe(PROCESSES);
      expect(total.requests).toBeGreaterThanOrEqual(part);
      expect(total.requests).toBeLessThanOrEqual(2 * part);
    }
    const [all, hour] = [await reader.ledger(), await reader.ledger({ since: '1h' })];
    expect(hour.total).toEqual(all.total);
  });
});

test('a process that ends without closing its cache has written its counts', async () => {
  const url = await urlOf(SHARED_PLACES[0][1]);
  const process = await start(url, 'only process', '1h', String(QUESTIONS));
  await step([process], 'first');
  await step([process], 'second');
  go(process);
  await process.ended;
  expect((await readerOf(url).ledger()).total).toMatchObject(figures(2 * QUESTIONS));
});
