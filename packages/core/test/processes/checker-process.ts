// A test runs this: a process that asks, invalidates, expires and refreshes at random, and prints what happened.
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { type RedisStoreOptions, redisStore } from '@cached-llm/store-redis';
import { sqliteStore } from '@cached-llm/store-sqlite';

interface Setting {
  readonly store: { readonly redis: RedisStoreOptions } | { readonly sqlite: string };
  readonly tiers: boolean;
  readonly seed: number;
}

const setting: Setting = JSON.parse(process.argv[2] ?? '{}');
const store =
  'redis' in setting.store ? redisStore(setting.store.redis) : sqliteStore(setting.store.sqlite);
const cache = createLlmCache({
  ...(setting.tiers ? { tiers: ['memory:', store] as const } : { store }),
  staleWhileRevalidate: '1h',
  ttl: '1h',
});
const now = () => performance.timeOrigin + performance.now();

let state = setting.seed;
/** A whole number below `bound`, by a linear congruential generator (Numerical Recipes). */
function random(bound: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
}

/** Each answer is the instant at which its call began. */
const ask = cachedLlmCall(
  async function answer(_name: string) {
    const at = now();
    await new Promise((resolve) => setTimeout(resolve, 1 + random(random(10) === 0 ? 200 : 10)));
    return at;
  },
  { cache, provider: 'checked' },
);
const NAMES = 100;
const TAGS = 4;

const print = (record: object) => process.stdout.write(`${JSON.stringify(record)}\n`);

async function call(name: number): Promise<void> {
  const from = now();
  const wasAway = cache.stats().isStoreAway;
  const tagged = ask.with({
    tags: [`t${name % TAGS}`],
    ...(random(15) === 0 ? { mode: 'refresh' as const } : {}),
  });
  const { response, info } = await tagged.withInfo(`${name}`);
  const { outcome } = info;
  const isAway = wasAway || cache.stats().isStoreAway;
  print({ name, tag: name % TAGS, at: response, from, outcome, isAway });
}

async function change(name: number): Promise<void> {
  const from = now();
  const isExpiry = random(3) === 0;
  const key = ask.with({ tags: [`t${name % TAGS}`] }).keyOf(`${name}`) ?? '';
  const kind = random(8);
  const which = kind === 0 ? {} : kind < 5 ? { tag: name % TAGS } : { name };
  const selection =
    kind === 0 ? { namespace: true as const } : kind < 5 ? { tag: `t${name % TAGS}` } : { key };
  const isDone = await (isExpiry ? cache.expire(selection) : cache.invalidate(selection));
  if (isDone) print({ change: isExpiry ? 'expire' : 'invalidate', ...which, from, to: now() });
  if (random(2) === 0) await evictStates();
}

/** What a server without room may do just now, when it hurts most. */
async function evictStates(): Promise<void> {
  try {
    const lost: string[] = [];
    for await (const { key } of store.scan('cached-llm:')) {
      if (key.includes(':tag:') && random(4) > 0) lost.push(key);
    }
    await store.deleteMany(lost);
  } catch {
    // The server is away.
  }
}

let isOver = false;
process.stdin.once('data', () => {
  isOver = true;
  process.stdin.destroy();
});

process.stdout.write('ready\n');

async function act(): Promise<void> {
  while (!isOver) {
    await (random(25) === 0 ? change(random(NAMES)) : call(random(NAMES)));
    await new Promise((resolve) => setTimeout(resolve, random(8)));
  }
}

await Promise.all(Array.from({ length: 4 }, act));
await cache.close();
