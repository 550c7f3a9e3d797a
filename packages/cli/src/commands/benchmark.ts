import { randomUUID } from 'node:crypto';
import { createLlmCache, type LlmCache } from '@cached-llm/core';
import { openStore, visibleText } from '@cached-llm/core/store';
import { bytes, count, defineCommand } from '../command-line/index.ts';
import { maskedUrl, namedStore, openStoreAt, resolvedUrl } from '../store/index.ts';
import {
  type Column,
  EXIT,
  formatCount,
  formatLatency,
  formatTable,
  UsageFailure,
  withProgress,
} from '../terminal/index.ts';

interface Load {
  readonly requests: number;
  /** Requests at the same time. */
  readonly concurrency: number;
  /** Characters of an answer. */
  readonly size: number;
}

/** Does the work for each index, and measures it; times are in milliseconds. The work says whether it did what it is measured for. */
async function measure({ requests, concurrency }: Load, work: (index: number) => Promise<boolean>) {
  const times = new Float64Array(requests);
  let [next, succeeded] = [0, 0];
  const worker = async () => {
    for (let index = next++; index < requests; index = next++) {
      const startedAt = performance.now();
      if (await work(index)) succeeded += 1;
      times[index] = performance.now() - startedAt;
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const total = performance.now() - startedAt;
  const average = times.reduce((sum, time) => sum + time, 0) / requests;
  times.sort();
  // By nearest rank, which is a time that was really measured.
  const percentile = (share: number) => times[Math.max(0, Math.ceil(requests * share) - 1)] ?? 0;
  const [p50, p95, p99] = [percentile(0.5), percentile(0.95), percentile(0.99)];
  return { succeeded, total, average, p50, p95, p99, perSecond: (requests / total) * 1000 };
}

const identityOf = (group: string, index: number) => ({
  provider: 'benchmark',
  request: { model: 'none', messages: [{ role: 'user', content: `${group} ${index}` }] },
});

type Measured = Awaited<ReturnType<typeof measurePhases>>[number];

async function measurePhases(cache: LlmCache, url: string, load: Load) {
  const [store, answer] = [maskedUrl(url), 'a'.repeat(load.size)];
  const write = (index: number) => cache.set(identityOf('known', index), answer);
  const hit = async (index: number) => (await cache.get(identityOf('known', index))) === answer;
  const miss = async (index: number) =>
    (await cache.get(identityOf('unknown', index))) === undefined;
  return [
    { store, phase: 'write' as const, ...(await measure(load, write)) },
    { store, phase: 'hit' as const, ...(await measure(load, hit)) },
    { store, phase: 'miss' as const, ...(await measure(load, miss)) },
  ];
}

const isMemory = (url: string) => url.startsWith('memory:');

async function removeAll(url: string, prefix: string): Promise<void> {
  const store = await openStoreAt(url, 'may-create');
  for await (const { key } of store.scan?.(prefix) ?? []) await store.delete(key);
  await store.disconnect?.();
}

/** Measures a store in a namespace of its own, and removes that afterwards. */
async function benchmarkStore(url: string, load: Load): Promise<readonly Measured[]> {
  // Memory that is too small for the load would evict what is to be a hit.
  const { requests, size } = load;
  const bounds = { maxEntries: 3 * requests, maxBytes: 4 * requests * (size + 2_000) };
  const store = isMemory(url) ? openStore(url, bounds) : await openStoreAt(url, 'may-create');
  const namespace = `cached-llm-benchmark-${randomUUID()}`;
  const cache = createLlmCache({ store, namespace, ttl: '1h', storeTimeout: '30s' });
  try {
    return await measurePhases(cache, url, load);
  } finally {
    await cache.close(); // which writes the ledger, so that it is removed too
    await removeAll(url, `${namespace}:`);
  }
}

const right = (title: string): Column => ({ title, align: 'right' });
const COLUMNS = [
  { title: 'STORE', width: 22 },
  { title: '' },
  ...['TOTAL', 'AVERAGE', 'P50', 'P95', 'P99', 'PER S'].map(right),
];

function cells({ store, phase, perSecond, ...times }: Measured): readonly string[] {
  const { total, average, p50, p95, p99 } = times;
  const shown = [total, average, p50, p95, p99].map(formatLatency);
  return [store, phase, ...shown, formatCount(Math.round(perSecond))];
}

const UNDONE = {
  write: 'answers were stored. The store refused the others',
  hit: 'look-ups were hits. The store has lost the other answers, for example because it was full',
  miss: 'look-ups were misses',
} as const;

/** What the figures of a phase are not about, because the store did something else. */
function shortfall({ store, phase, succeeded }: Measured, { requests }: Load): readonly string[] {
  if (succeeded === requests) return [];
  const few = `${formatCount(succeeded)} of ${formatCount(requests)}`;
  return [`${store} ${phase}: only ${few} ${UNDONE[phase]}.`];
}

export const benchmark = defineCommand({
  name: 'benchmark',
  summary: 'Measure stores side by side.',
  positionals: ['[stores...]'],
  options: {
    requests: count('requests of each kind (default 1000)'),
    concurrency: count('requests at the same time (default 1)'),
    size: bytes('size of an answer (default 2kb)'),
  },
  notes:
    'The entries go into a namespace of their own, which is removed afterwards. The command checks that each hit is one. It exits with 1 if the store lost answers, because the figures then measure something else.',
  async run({ session, positionals, options }) {
    const { host, output } = session;
    const { requests = 1000, concurrency = 1, size = 2000 } = options;
    if (size > 4e6) throw new UsageFailure('--size must be at most 4mb: no store accepts more.');
    const load: Load = { requests, concurrency, size };
    const named = namedStore(session);
    const others = positionals.length > 0 ? positionals : named ? [named] : [];
    const given = others.map((url) => resolvedUrl(url, host.folder));
    const urls = [...new Set(['memory:', ...given])];
    const measured: Measured[] = [];
    const progress = { label: 'stores', total: urls.length };
    for await (const url of withProgress(host, progress, urls)) {
      measured.push(...(await benchmarkStore(url, load)));
    }
    const problems = measured.flatMap((each) => shortfall(each, load));
    await output.print({ ...load, measured, problems }, () => {
      const lines = problems.map((problem) => output.colors.red(visibleText(problem)));
      return [formatTable(output, COLUMNS, measured.map(cells)), ...lines].join('\n');
    });
    return problems.length === 0 ? EXIT.ok : EXIT.failed;
  },
});
