import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startRedis, temporaryFolder } from '@cached-llm/testing';
import type { Section } from '../report/index.ts';
import type { BurstCounts } from './burst-child.ts';

const CHILD = fileURLToPath(new URL('burst-child.ts', import.meta.url));
const PROCESSES = 2;
const CALLS = [1_000, 5_000];
const BUSY_LOOPS = [0, 2];

interface Place {
  readonly url: string;
  remove(): Promise<void>;
}

async function sqlitePlace(): Promise<Place> {
  const folder = await temporaryFolder();
  return { url: `sqlite:${folder.path}/burst.db`, remove: () => folder.remove() };
}

async function redisPlace(): Promise<Place> {
  const server = await startRedis();
  return { url: server.url, remove: () => server.stop() };
}

const PLACES = [
  ['SQLite', sqlitePlace],
  ['Redis', redisPlace],
] as const;

interface Calls {
  readonly calls: number;
  readonly leases: 'lease' | 'no lease';
}

/** Starts the processes, lets them begin together, and adds up what they counted. */
async function countsOf(openPlace: () => Promise<Place>, { calls, leases }: Calls) {
  const place = await openPlace();
  const children: ChildProcess[] = [];
  for (let number = 0; number < PROCESSES; number += 1) {
    const child = fork(CHILD, [place.url, String(calls), leases]);
    children.push(child);
    await once(child, 'message'); // it is ready
  }
  const counted = children.map(async (child): Promise<BurstCounts> => {
    child.send('go');
    const [counts] = await once(child, 'message');
    return counts;
  });
  const all = await Promise.all(counted);
  await place.remove();
  const sum = (field: keyof BurstCounts) => all.reduce((total, counts) => total + counts[field], 0);
  const took = Math.max(...all.map((counts) => counts.took));
  return { took, upstream: sum('upstream'), stored: sum('stored'), opened: sum('opened') };
}

function startBusyLoop(): ChildProcess {
  return spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
}

async function rowsFor(busyLoops: number): Promise<(string | number)[][]> {
  const busy = Array.from({ length: busyLoops }, startBusyLoop);
  const rows: (string | number)[][] = [];
  for (const [name, openPlace] of PLACES) {
    for (const calls of CALLS) {
      const plain = await countsOf(openPlace, { calls, leases: 'no lease' });
      const leased = await countsOf(openPlace, { calls, leases: 'lease' });
      const ratio = (leased.took / plain.took).toFixed(2);
      const stored = `${((leased.stored / calls) * 100).toFixed(1)} %`;
      const perKey = (leased.upstream / calls).toFixed(3);
      rows.push([
        name,
        calls,
        busyLoops,
        stored,
        perKey,
        leased.opened,
        Math.round(leased.took),
        ratio,
      ]);
    }
  }
  for (const loop of busy) loop.kill('SIGKILL');
  return rows;
}

export const burst: Section = {
  name: 'burst',
  title: 'Many different misses at once',
  text: 'Two processes make the same calls of 100 ms at once, alone and beside two busy loops. Each key is to be called for once, and stored; the last column is the time against the same without leases, where each process calls for itself.',
  async run() {
    const rows: (string | number)[][] = [];
    for (const busyLoops of BUSY_LOOPS) rows.push(...(await rowsFor(busyLoops)));
    return {
      head: [
        'store',
        'calls',
        'busy loops',
        'stored',
        'calls a key',
        'breaker opened',
        'ms',
        '× without leases',
      ],
      rows,
    };
  },
};
