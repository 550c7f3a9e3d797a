import { createLlmCache } from '@cached-llm/core';
import { startRedis } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { program } from '../program.ts';
import { now, put, question } from '../questions.ts';
import { KINDS } from '../test-stores.ts';
import { useTestStore, useTestStores } from '../use-test-stores.ts';

const testStores = useTestStores();

describe.each(KINDS)('on %s', (kind) => {
  const testStore = useTestStore(testStores, kind);

  describe('health', () => {
    test('exits with 0 where the store works', async () => {
      await put(testStore, 'the sea');
      const { code, out } = await testStore.run('health', { now });
      expect(code).toBe(0);
      expect(out).toMatch(/^✓ {2}store +.* wrote, read and removed a row in \d/);
      expect(out).not.toContain('✗');
    });

    test.each([
      ['--min-hit-rate 60%', 'hit rate'],
      ['--max-entries 1', 'entries'],
      ['--max-bytes 100b', 'size'],
      ['--max-round-trip 0ms', 'round trip'],
    ])('exits with 1 beyond %s', async (flags, name) => {
      await put(testStore, 'the sea');
      await put(testStore, 'the sky');
      await testStore.use(
        async (cache) => {
          await cache.get(question('the sea'));
          await cache.get(question('the moon'));
        },
        { now },
      );
      const { code, out } = await testStore.run(`health ${flags} --json`, { now });
      const { healthy, checks } = JSON.parse(out);
      expect([code, healthy]).toEqual([1, false]);
      const bad = checks.filter((check: { healthy: boolean }) => !check.healthy);
      expect(bad.map((check: { name: string }) => check.name)).toEqual([name]);
    });

    test('exits with 0 within every limit', async () => {
      await put(testStore, 'the sea');
      await testStore.use((cache) => cache.get(question('the sea')), { now });
      const limits =
        '--min-hit-rate 0.5 --max-entries 10 --max-bytes 1mb --max-round-trip 1m --max-store-errors 1';
      expect(await testStore.run(`health ${limits}`, { now })).toMatchObject({ code: 0 });
    });

    test('reports clocks that differ', async () => {
      await put(testStore, 'the sea', { ago: -3 });
      const { code, out } = await testStore.run('health', { now });
      expect([code, out]).toEqual([
        1,
        expect.stringMatching(/✗ {2}clock +an entry is 3h from the future/),
      ]);
    });
  });

  describe('verify', () => {
    test('exits with 0 where no entry has a problem', async () => {
      await put(testStore, 'the sea');
      const { code, out } = await testStore.run('verify', { now });
      expect([code, out]).toEqual([
        0,
        expect.stringMatching(/fresh +1\n[\s\S]*No entry has a problem\.\n$/),
      ]);
    });

    test('names a row that was damaged, and one that was moved', async () => {
      const key = await put(testStore, 'the sea');
      const other = await put(testStore, 'the sky');
      const moved = key.replace(/.{4}$/, 'AAAA');
      await testStore.useStore(async (store) => {
        await store.set(moved, String(await store.get(key)));
        await store.set(other, '{"fingerprint":');
      });
      const { code, out } = await testStore.run('verify', { now });
      expect(code).toBe(1);
      expect(out).toContain(`${moved} is damaged, was moved`);
      expect(out).toContain(`${other} is damaged, was moved`);
      expect(out).toMatch(/unreadable +2\n/);
    });

    test('counts the entries that are expired or invalidated', async () => {
      await put(testStore, 'the sea', { ago: 30 });
      await put(testStore, 'the sky', { tags: ['old'] });
      await testStore.use((cache) => cache.invalidate({ tag: 'old' }));
      const [found] = await testStore.json('verify', { now });
      expect(found).toMatchObject({ expired: 1, invalidated: 1, verified: false });
      expect(await testStore.run('verify', { now })).toMatchObject({ code: 1 });
    });

    test('counts an encrypted entry as unreadable without its secret', async () => {
      const secret = 'a secret of thirty-two characters!';
      await testStore.use((cache) => cache.set(question('the sea'), 'salty'), { now, secret });
      const environment = { CACHED_LLM_SECRET: secret };
      expect(await testStore.run('verify', { now })).toMatchObject({ code: 1 });
      expect(await testStore.run('verify', { now, environment })).toMatchObject({ code: 0 });
    });
  });

  test('benchmark measures each store, and removes its entries', async () => {
    await put(testStore, 'the sea');
    const rows = async () => {
      const keys: string[] = [];
      await testStore.useStore(async (store) => {
        for await (const { key } of store.scan?.('cached-llm-benchmark') ?? []) keys.push(key);
      });
      return keys;
    };
    const [report] = await testStore.json('benchmark --requests 20 --concurrency 4 --size 1kb');
    expect(report).toMatchObject({ requests: 20, concurrency: 4, size: 1000 });
    expect(report.measured.map(({ phase }: { phase: string }) => phase)).toEqual([
      'write',
      'hit',
      'miss',
      'write',
      'hit',
      'miss',
    ]);
    expect(report.measured[4]).toMatchObject({ store: testStore.url, p99: expect.any(Number) });
    expect(await rows()).toEqual([]);
    expect(await testStore.run('benchmark --requests 2')).toMatchObject({
      out: expect.stringMatching(/^STORE +TOTAL[\s\S]*memory: +hit /),
    });
  });
});

describe('benchmark', () => {
  test('finds each of many answers in memory', async () => {
    const { code, out } = await program(['benchmark', '--requests', '12000', '--json']);
    const { measured, problems } = JSON.parse(out);
    const succeeded = measured.map((each: { succeeded: number }) => each.succeeded);
    expect([code, succeeded, problems]).toEqual([0, [12_000, 12_000, 12_000], []]);
  });

  test('says how many hits were none, where the store lost answers, and exits with 1', async () => {
    const policy = ['--maxmemory', '6mb', '--maxmemory-policy', 'allkeys-lru'];
    const full = await startRedis({ arguments: policy });
    const line = ['benchmark', full.url, '--requests', '4000'];
    const [text, json] = [await program(line), await program([...line, '--json'])];
    await full.stop();
    expect([text.code, json.code]).toEqual([1, 1]);
    expect(text.out).toMatch(
      /redis:\S+ hit: only [\d,]+ of 4,000 look-ups were hits\. The store has lost the other answers, for example because it was full\.\n/,
    );
    const hit = JSON.parse(json.out).measured[4];
    expect(hit.phase).toBe('hit');
    expect(hit.succeeded).toBeLessThan(4_000);
  });
});

describe('config', () => {
  test('prints each setting, and where it comes from', async () => {
    const environment = {
      CACHED_LLM_STORE: 'redis://app:geheim@cache:6379',
      CACHED_LLM_TTL: '12h',
      CACHED_LLM_SECRETS: 'a secret of thirty-two characters!,an older secret of that length too',
    };
    const { code, out } = await program(['config', '--namespace', 'shop'], { environment });
    expect(code).toBe(0);
    expect(out).toMatch(/store +redis:\/\/app:\*\*\*@cache:6379 +CACHED_LLM_STORE\n/);
    expect(out).toMatch(/namespace +shop +--namespace\n/);
    expect(out).toMatch(/ttl +12h +CACHED_LLM_TTL\n/);
    expect(out).toMatch(/secret +\*\*\* \(2 secrets\) +CACHED_LLM_SECRETS\n/);
    expect(out).toMatch(/mode +read-write +default\n/);
    expect(out).not.toMatch(/geheim|thirty/);
  });

  test('prints the error of an invalid setting', async () => {
    const { code, out } = await program(['config'], { environment: { CACHED_LLM_TTL: '3600' } });
    expect([code, out]).toEqual([1, expect.stringMatching(/"3600", which is not a duration/)]);
  });

  test('prints the defaults of a cache', async () => {
    const { out } = await program(['config', '--json']);
    const { settings } = JSON.parse(out);
    const shown = Object.fromEntries(
      settings.map(({ name, value }: { name: string; value: unknown }) => [name, value]),
    );
    const { policy } = createLlmCache();
    expect(shown).toMatchObject({ mode: policy.mode, ttl: `${policy.ttl / 86_400_000}d` });
  });
});

describe('a store that cannot be reached', () => {
  test.each([
    [
      'refuses',
      'redis://app:geheim@127.0.0.1:1',
      /^error: redis:\/\/app:\*\*\*@127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED.*\n$/,
    ],
    [
      'is not a database',
      'sqlite:/dev/null',
      /^error: sqlite:\/dev\/null cannot be reached: .*\n$/,
    ],
    ['is not a file', 'sqlite:/no/such.db', /^error: There is no file \/no\/such\.db\.\n$/],
  ])('is reported in one line where it %s', async (_how, store, errors) => {
    expect(await program(['list', '--store', store])).toEqual({
      code: 1,
      out: '',
      errors: expect.stringMatching(errors),
    });
  });

  test('is reported in one line where it never answers, or requires a password', async () => {
    const server = await startRedis({ arguments: ['--requirepass', 'geheim'] });
    const asked = await program(['list', '--store', server.url]);
    expect([asked.code, asked.errors]).toEqual([
      1,
      expect.stringMatching(
        /cannot be reached: the server asks for a password \(NOAUTH\)\. Write it into the URL\.\n/,
      ),
    ]);
    server.pause();
    const silent = await program(['list', '--store', server.url.replace('//', '//:geheim@')]);
    server.resume();
    await server.stop();
    expect([silent.code, silent.errors]).toEqual([
      1,
      expect.stringMatching(/^error: redis:\/\/:\*\*\*@.* cannot be reached: .*\n$/),
    ]);
  });

  test('makes health exit with 1, also with --json', async () => {
    const { code, out } = await program([
      'health',
      '--json',
      '--store',
      'redis://:geheim@127.0.0.1:1',
    ]);
    expect([code, JSON.parse(out).checks[0]]).toMatchObject([1, { name: 'store', healthy: false }]);
    expect(out).not.toContain('geheim');
  });

  test('is a usage error where its kind is unknown', async () => {
    const { code, errors } = await program(['list', '--store', 'mysql://cache']);
    expect([code, errors]).toEqual([
      2,
      expect.stringMatching(/^error: store is "mysql:…", which is not a store URL/),
    ]);
  });
});
