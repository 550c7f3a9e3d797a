import { setTimeout as delay } from 'node:timers/promises';
import { type RedisServer, startRedisCluster, until } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { type Child, startChild } from './child-process.ts';
import { afterThisTest, startServer } from './resources.ts';

/** Milliseconds for each store. `CHECKER_SECONDS=600` is the long check; the seed makes a run another one. */
const MILLISECONDS = Number(process.env.CHECKER_SECONDS ?? 3) * 1_000;
const SEED = Number(process.env.CHECKER_SEED ?? 1);
const PROCESSES = 2;
/**
 * Milliseconds that a call takes at most, with the writing of its answer. Until then, equal calls of its process join it
 * and ask no store, so that a change by another process does not reach them.
 */
const LONGEST_CALL = 500;
/** An instant of one process may be this much later than that of another, in milliseconds. */
const TOLERANCE = 2;

interface Record {
  readonly name?: number;
  readonly tag?: number;
  readonly from: number;
  /** Of a call: when the call for its answer began. */
  readonly at?: number;
  readonly outcome?: string;
  /** The process does not ask the store, because it did not answer. */
  readonly isAway?: boolean;
  readonly change?: 'invalidate' | 'expire';
  /** Of a change: when it was done. */
  readonly to?: number;
}

function recordsOf({ printed }: Child): readonly Record[] {
  const lines = printed().split('\n').slice(0, -1); // the last one may be torn by a kill
  return lines.map((line) => JSON.parse(line) as Record); // our own process prints them
}

/** Answers that are older than a change which was done before they were asked for. */
function olderAnswers(records: readonly Record[], bound: number) {
  const changes = records.filter(({ change }) => change !== undefined);
  // Memory before a store that is away serves what it has.
  const calls = records.filter(({ at, isAway }) => at !== undefined && !isAway);
  return calls.flatMap((call) => {
    const broken = changes.filter(({ change, name, tag, from, to = 0 }) => {
      const isSelected =
        (name === undefined || name === call.name) && (tag === undefined || tag === call.tag);
      if (!isSelected || call.from <= to + bound + LONGEST_CALL) return false;
      const age = from - (call.at ?? 0);
      return age > TOLERANCE && (change === 'invalidate' || call.outcome === 'hit');
    });
    return broken.length === 0 ? [] : [{ call, broken }];
  });
}

interface Trial {
  readonly setting: object;
  /** Milliseconds after which every process knows of a change. */
  readonly bound: number;
  readonly faults: readonly (() => unknown)[];
}

async function check({ setting, bound, faults }: Trial): Promise<void> {
  const start = (seed: number) =>
    startChild('checker-process', JSON.stringify({ ...setting, seed: SEED * 1_000 + seed }));
  const children = Array.from({ length: PROCESSES }, (_, seed) => start(seed));
  afterThisTest(() => {
    for (const { process } of children) process.kill('SIGKILL');
  });
  await until('All processes ask', () => children.every(({ printed }) => printed() !== ''));
  const end = performance.now() + MILLISECONDS;
  for (let round = 0; performance.now() < end; round += 1) {
    await delay(300);
    await faults[round % faults.length]?.();
    if (round % 4 !== 3) continue;
    children[round % PROCESSES]?.process.kill('SIGKILL');
    children.push(start(100 + round));
  }
  for (const { process } of children) process.stdin?.write('over');
  await Promise.all(children.map(({ ended }) => ended));
  const records = children.flatMap(recordsOf).sort((one, other) => one.from - other.from);
  const count = (isCounted: (record: Record) => boolean) => records.filter(isCounted).length;
  expect(count(({ outcome }) => outcome === 'hit')).toBeGreaterThan(5);
  expect(count(({ change }) => change === 'invalidate')).toBeGreaterThan(0);
  expect(olderAnswers(records, bound)).toEqual([]);
}

/** Removes one of the rows, as an eviction does. */
async function evict(server: RedisServer): Promise<void> {
  const key = /\r\n(.+)\r\n/.exec(await server.command('RANDOMKEY'))?.[1];
  if (key !== undefined) await server.command(`DEL ${key}`);
}

async function evictStates(server: RedisServer): Promise<void> {
  const found = (await server.command('KEYS *:tag:*')).split('\r\n');
  const states = found.filter((key) => key.includes(':tag:'));
  for (const key of states.slice(0, 5)) await server.command(`DEL ${key}`);
}

async function startFaults(tiers: boolean) {
  const server = await startServer();
  const faults = [
    () => evictStates(server),
    () => server.command('FLUSHALL'),
    () => evict(server),
    () => server.restart(),
    () => server.command('CLIENT PAUSE 300 ALL'),
    () => evictStates(server),
  ];
  return { setting: { store: { url: server.url }, tiers }, faults };
}

test('on one server that loses rows, no answer is older than an invalidation', async () => {
  await check({ ...(await startFaults(false)), bound: 0 });
});

test('with memory before a server that loses rows, none is after a second', async () => {
  await check({ ...(await startFaults(true)), bound: 1_000 });
});

test('in a cluster that loses rows and masters, no answer is older than an invalidation', async () => {
  const cluster = await startRedisCluster();
  afterThisTest(() => cluster.stop());
  const each = (use: (server: RedisServer) => unknown) => Promise.all(cluster.masters.map(use));
  const [first] = cluster.masters;
  const faults = [
    () => each(evictStates),
    () => each(evict),
    () => first?.pause(),
    () => first?.resume(),
    () => each((server) => server.command('FLUSHALL')),
  ];
  const setting = { store: { cluster: cluster.urls }, tiers: false };
  await check({ setting, bound: 0, faults });
});
