import { createLlmCache } from '@cached-llm/core';
import { startRedis } from '@cached-llm/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { KINDS, type Place, Places } from './places.ts';
import { program } from './program.ts';
import { now, put, question } from './questions.ts';

let places: Places;
beforeAll(async () => {
  places = await Places.open();
});
afterAll(() => places.close());

describe.each(KINDS)('on %s', (kind) => {
  let place: Place;
  beforeEach(() => {
    place = places.next(kind);
  });

  describe('health', () => {
    test('is well where the store is', async () => {
      await put(place, 'the sea');
      const { code, out } = await place.run('health', { now });
      expect(code).toBe(0);
      expect(out).toMatch(/^✓ {2}store +.* wrote, read and removed a row in \d/);
      expect(out).not.toContain('✗');
    });

    test.each([
      ['--min-hit-rate 60%', 'hit rate'],
      ['--max-entries 1', 'entries'],
      ['--max-bytes 100b', 'size'],
      ['--max-round-trip 0ms', 'round trip'],
    ])('is bad past %s', async (flags, name) => {
      await put(place, 'the sea');
      await put(place, 'the sky');
      await place.use(
        async (cache) => {
          await cache.get(question('the sea'));
          await cache.get(question('the moon'));
        },
        { now },
      );
      const { code, out } = await place.run(`health ${flags} --json`, { now });
      const { healthy, checks } = JSON.parse(out);
      expect([code, healthy]).toEqual([1, false]);
      const bad = checks.filter(({ isWell }: { isWell: boolean }) => !isWell);
      expect(bad.map((check: { name: string }) => check.name)).toEqual([name]);
    });

    test('is well within every limit', async () => {
      await put(place, 'the sea');
      await place.use((cache) => cache.get(question('the sea')), { now });
      const limits =
        '--min-hit-rate 0.5 --max-entries 10 --max-bytes 1mb --max-round-trip 1m --max-store-errors 1';
      expect(await place.run(`health ${limits}`, { now })).toMatchObject({ code: 0 });
    });

    test('sees that clocks differ', async () => {
      await put(place, 'the sea', { ago: -3 });
      const { code, out } = await place.run('health', { now });
      expect([code, out]).toEqual([
        1,
        expect.stringMatching(/✗ {2}clock +an entry is 3h from the future/),
      ]);
    });
  });

  describe('verify', () => {
    test('is content with entries that are well', async () => {
      await put(place, 'the sea');
      const { code, out } = await place.run('verify', { now });
      expect([code, out]).toEqual([
        0,
        expect.stringMatching(/fresh +1\n[\s\S]*Every entry is well\.\n$/),
      ]);
    });

    test('names a row that was damaged, and one that was moved', async () => {
      const key = await put(place, 'the sea');
      const other = await put(place, 'the sky');
      const moved = key.replace(/.{4}$/, 'AAAA');
      await place.useStore(async (store) => {
        await store.set(moved, String(await store.get(key)));
        await store.set(other, '{"fingerprint":');
      });
      const { code, out } = await place.run('verify', { now });
      expect(code).toBe(1);
      expect(out).toContain(`${moved} is damaged, moved`);
      expect(out).toContain(`${other} is damaged, moved`);
      expect(out).toMatch(/unreadable +2\n/);
    });

    test('counts what has expired or was invalidated', async () => {
      await put(place, 'the sea', { ago: 30 });
      await put(place, 'the sky', { tags: ['old'] });
      await place.use((cache) => cache.invalidate({ tag: 'old' }));
      const [found] = await place.json('verify', { now });
      expect(found).toMatchObject({ expired: 1, invalidated: 1, verified: false });
      expect(await place.run('verify', { now })).toMatchObject({ code: 1 });
    });

    test('counts what a secret keeps from who has none', async () => {
      const secret = 'a secret of thirty-two characters!';
      await place.use((cache) => cache.set(question('the sea'), 'salty'), { now, secret });
      const environment = { CACHED_LLM_SECRET: secret };
      expect(await place.run('verify', { now })).toMatchObject({ code: 1 });
      expect(await place.run('verify', { now, environment })).toMatchObject({ code: 0 });
    });
  });

  test('benchmark measures, and leaves nothing behind', async () => {
    await put(place, 'the sea');
    const rows = async () => {
      const keys: string[] = [];
      await place.useStore(async (store) => {
        for await (const { key } of store.scan?.('cached-llm-benchmark') ?? []) keys.push(key);
      });
      return keys;
    };
    const [report] = await place.json('benchmark --requests 20 --concurrency 4 --size 1kb');
    expect(report).toMatchObject({ requests: 20, width: 4, size: 1000 });
    expect(report.measured.map(({ phase }: { phase: string }) => phase)).toEqual([
      'write',
      'hit',
      'miss',
      'write',
      'hit',
      'miss',
    ]);
    expect(report.measured[4]).toMatchObject({ store: place.url, p99: expect.any(Number) });
    expect(await rows()).toEqual([]);
    expect(await place.run('benchmark --requests 2')).toMatchObject({
      out: expect.stringMatching(/^STORE +TOTAL[\s\S]*memory: +hit /),
    });
  });
});

describe('config', () => {
  test('says what counts, and who said so', async () => {
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
    expect(out).toMatch(/secret +\*\*\* \(2 of them\) +CACHED_LLM_SECRETS\n/);
    expect(out).toMatch(/mode +read-write +default\n/);
    expect(out).not.toMatch(/geheim|thirty/);
  });

  test('says what cannot be understood', async () => {
    const { code, out } = await program(['config'], { environment: { CACHED_LLM_TTL: '3600' } });
    expect([code, out]).toEqual([1, expect.stringMatching(/"3600", which is no duration/)]);
  });

  test('shows the defaults that a cache has', async () => {
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
    ['is no database', 'sqlite:/dev/null', /^error: sqlite:\/dev\/null cannot be reached: .*\n$/],
    ['is no file', 'sqlite:/no/such.db', /^error: There is no file \/no\/such\.db\.\n$/],
  ])('is told in one line where it %s', async (_how, store, errors) => {
    expect(await program(['list', '--store', store])).toEqual({
      code: 1,
      out: '',
      errors: expect.stringMatching(errors),
    });
  });

  test('is told in one line where it never answers, or wants a password', async () => {
    const server = await startRedis({ arguments: ['--requirepass', 'geheim'] });
    const asked = await program(['list', '--store', server.url]);
    expect([asked.code, asked.errors]).toEqual([
      1,
      expect.stringMatching(/cannot be reached: .*NOAUTH/),
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

  test('makes health bad, also for machines', async () => {
    const { code, out } = await program([
      'health',
      '--json',
      '--store',
      'redis://:geheim@127.0.0.1:1',
    ]);
    expect([code, JSON.parse(out).checks[0]]).toMatchObject([1, { name: 'store', isWell: false }]);
    expect(out).not.toContain('geheim');
  });

  test('is a matter of usage where its kind is not known', async () => {
    const { code, errors } = await program(['list', '--store', 'mysql://cache']);
    expect([code, errors]).toEqual([
      2,
      expect.stringMatching(/^error: No store is known by .*"mysql"/),
    ]);
  });
});
