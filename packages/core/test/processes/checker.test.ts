import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type RedisServer,
  startRedis,
  startRedisCluster,
  startRedisSentinel,
  temporaryFolder,
} from '@cached-llm/testing';
import { afterEach, expect, test } from '@jest/globals';
import { type Asking, startProcess } from './processes.ts';
import { atEnd, endAll } from './shared-places.ts';

afterEach(endAll);

/** Milliseconds for each store. `CHECKER_SECONDS=600` is the long check; the seed makes a run another one. */
const MILLISECONDS = Number(process.env.CHECKER_SECONDS ?? 3) * 1_000;
const SEED = Number(process.env.CHECKER_SEED ?? 1);
const PROCESSES = 2;
/**
 * Milliseconds that a call takes at most, with the writing of its answer. Until then, equal calls of its process join it
 * and ask no store, so that a change by another process does not reach them.
 */
const LONGEST_CALL = 500;
/** Milliseconds after which a failover that lost the last writes is repaired, as the README of store-redis says. */
const AFTER_FAILOVER = 6_000;
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

function recordsOf({ printed }: Asking): readonly Record[] {
  const lines = printed().split('\n').slice(1, -1); // the first one says that it is ready, and the last one may be torn
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
  readonly milliseconds?: number;
  /** No process is killed. */
  readonly isSpared?: boolean;
}

async function check({ setting, bound, faults, milliseconds = MILLISECONDS, ...options }: Trial) {
  const children: Asking[] = [];
  const start = async (seed: number) => {
    const given = JSON.stringify({ ...setting, seed: SEED * 1_000 + seed });
    const started = await startProcess('checker-process', given);
    atEnd(() => started.child.kill('SIGKILL'));
    children.push(started);
  };
  for (let seed = 0; seed < PROCESSES; seed += 1) await start(seed);
  const end = performance.now() + milliseconds;
  for (let round = 0; performance.now() < end; round += 1) {
    await delay(300);
    await faults[round % faults.length]?.();
    if (round % 4 !== 3 || options.isSpared === true) continue;
    children[round % PROCESSES]?.child.kill('SIGKILL');
    await start(100 + round);
  }
  for (const { child } of children) child.stdin?.write('over');
  await Promise.all(children.map(({ ended }) => ended));
  const records = children.flatMap(recordsOf).sort((one, other) => one.from - other.from);
  const count = (isCounted: (record: Record) => boolean) => records.filter(isCounted).length;
  expect(count(({ outcome }) => outcome === 'hit')).toBeGreaterThan(5);
  expect(count(({ change }) => change === 'invalidate')).toBeGreaterThan(0);
  expect(olderAnswers(records, bound)).toEqual([]);
}

async function startServer(...more: readonly string[]): Promise<RedisServer> {
  const server = await startRedis({ arguments: more });
  atEnd(() => server.stop());
  return server;
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
  return { setting: { store: { redis: { url: server.url } }, tiers }, faults };
}

test('on one server that loses rows, no answer is older than an invalidation', async () => {
  await check({ ...(await startFaults(false)), bound: 0 });
});

test('with memory before a server that loses rows, none is after a second', async () => {
  await check({ ...(await startFaults(true)), bound: 1_000 });
});

test('in a cluster that loses rows and masters, no answer is older than an invalidation', async () => {
  const cluster = await startRedisCluster();
  atEnd(() => cluster.stop());
  const each = (use: (server: RedisServer) => unknown) => Promise.all(cluster.masters.map(use));
  const [first] = cluster.masters;
  const faults = [
    () => each(evictStates),
    () => each(evict),
    () => first?.pause(),
    () => first?.resume(),
    () => each((server) => server.command('FLUSHALL')),
  ];
  const setting = { store: { redis: { cluster: cluster.urls } }, tiers: false };
  await check({ setting, bound: 0, faults });
});

test('behind sentinels that change the master, no answer is older than a failover allows', async () => {
  const quick = ['--repl-diskless-sync-delay', '0'];
  const master = await startServer(...quick);
  const replica = await startServer(...quick, '--replicaof', '127.0.0.1', `${master.port}`);
  const name = 'master-1';
  const watched = { name, masterPort: master.port, replicas: 1 };
  const sentinel = await startRedisSentinel(watched);
  atEnd(() => sentinel.stop());
  const each = (use: (server: RedisServer) => unknown) => Promise.all([master, replica].map(use));
  const faults = [
    () => each(evictStates),
    () => sentinel.command(`SENTINEL FAILOVER ${name}`),
    () => each(evict),
    () => undefined,
    () => each(evictStates),
    () => undefined,
  ];
  const redis = { url: `redis://${name}`, sentinels: [sentinel.url] };
  const setting = { store: { redis }, tiers: false };
  const milliseconds = Math.max(MILLISECONDS, AFTER_FAILOVER + 5_000);
  await check({ setting, bound: AFTER_FAILOVER, faults, milliseconds, isSpared: true });
});

async function startFile(tiers: boolean) {
  const folder = await temporaryFolder();
  atEnd(() => folder.remove());
  const path = `${folder.path}/llm.db`;
  const remove = (...ends: readonly string[]) =>
    Promise.all(['', ...ends].map((each) => rm(`${path}${each}`, { force: true })));
  return { setting: { store: { sqlite: path }, tiers }, remove };
}

test('in a SQLite file that loses rows, no answer is older than an invalidation', async () => {
  const { setting } = await startFile(false);
  await check({ setting, bound: 0, faults: [() => undefined] });
});

test('with memory before a SQLite file that is removed in use, none is after a second', async () => {
  const { setting, remove } = await startFile(true);
  const faults = [() => undefined, () => undefined, () => remove('-wal', '-shm'), () => remove()];
  await check({ setting, bound: 1_000, faults });
});

test('in a SQLite file that is removed in use, no answer is older after a second', async () => {
  const { setting, remove } = await startFile(false);
  const faults = [() => undefined, () => undefined, () => remove('-wal', '-shm'), () => remove()];
  await check({ setting, bound: 1_000, faults });
});
