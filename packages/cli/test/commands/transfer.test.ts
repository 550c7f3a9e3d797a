import { readFile, stat, writeFile } from 'node:fs/promises';
import { type ReceivedRequest, startWireServer, type WireServer } from '@cached-llm/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NOW, now, put, question } from '../questions.ts';
import { redisReply } from '../redis-reply.ts';
import { KINDS, type Kind, type TestStore } from '../test-stores.ts';
import { useTestStores } from '../use-test-stores.ts';

const testStores = useTestStores();

/** All entries, sorted by fingerprint, without the generations of their tags, which are of one store. */
async function contents(testStore: TestStore, secret?: string): Promise<readonly unknown[]> {
  return testStore.use(
    async (cache) => {
      const found = new Map<string, unknown>();
      for await (const { header: stored, payload, state } of cache.inspection.entries()) {
        const { generations: _, ...header } = stored;
        found.set(header.fingerprint, { header, payload, state });
      }
      return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
    },
    { now, ...(secret === undefined ? {} : { secret }) },
  );
}

async function fill(testStore: TestStore): Promise<void> {
  await put(testStore, 'the sea', { ago: 3, tags: ['faq'], scope: 'tenant-7' });
  await put(testStore, 'the "sky" \u2028 and \n 😀', { ago: 1, staleWhileRevalidate: '1h' });
  await put(testStore, 'for ever', { ttl: Number.POSITIVE_INFINITY });
}

describe.each<[Kind, Kind]>([
  ['SQLite', 'Redis'],
  ['Redis', 'SQLite'],
  ['SQLite', 'SQLite'],
])('export from %s and import into %s', (from, to) => {
  let source: TestStore;
  let target: TestStore;
  beforeEach(() => {
    [source, target] = [testStores.next(from), testStores.next(to)];
  });

  test('copy every entry, byte by byte, with its times', async () => {
    await fill(source);
    const { out: input } = await source.run('export', { now });
    expect(await target.run('import', { input, now })).toEqual({
      code: 0,
      out: 'Imported 3 entries. Already expired: 0. Failed: 0.\n',
      errors: '',
    });
    expect(await contents(target)).toEqual(await contents(source));
    expect((await target.run('export', { now })).out.length).toBe(
      input.length + 3 * (target.namespace.length - source.namespace.length),
    );
    expect(
      await target.use((cache) => cache.get(question('the sea'), { scope: 'tenant-7' }), { now }),
    ).toMatchObject({ choices: [{}] });
  });

  test('go through a file that only its owner can read', async () => {
    await fill(source);
    const path = testStores.path(`${from}-${to}.jsonl`);
    const { out } = await source.run(`export --output ${path}`, { now });
    expect(out).toBe(`Exported 3 entries to ${path}.\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await target.json(`import ${path}`, { now })).toEqual([
      { version: 1, restored: 3, expired: 0, superseded: 0, failed: 0 },
    ]);
    expect(await contents(target)).toEqual(await contents(source));
  });

  test('leave out entries that were invalidated, and entries that have expired since', async () => {
    await put(source, 'fresh');
    await put(source, 'short', { ttl: '1h' });
    await put(source, 'old', { tags: ['old'] });
    await source.use((cache) => cache.invalidate({ tag: 'old' }));
    const { out: input } = await source.run('export', { now });
    const later = () => NOW + 7_200_000;
    expect((await target.run('import', { input, now: later })).out).toBe(
      'Imported 1 entry. Already expired: 1. Failed: 0.\n',
    );
  });

  test('copy entries of a later generation of a tag', async () => {
    await source.use((cache) => cache.invalidate({ provider: 'openai' }));
    await target.use((cache) => cache.invalidate({ model: 'gpt-4o' }));
    await put(source, 'the sea');
    const { out: input } = await source.run('export', { now });
    await target.run('import', { input, now });
    expect(await target.json('list', { now })).toMatchObject([{ state: 'fresh' }]);
  });

  test('copy encrypted entries, where each store has its own secret', async () => {
    const [one, other] = [
      'one secret of thirty-two characters',
      'another secret of the same length..',
    ];
    await writeFile(testStores.path('one'), `${one}\n`);
    await source.use(
      async (cache) => {
        await cache.set(question('the sea'), { text: 'salty' });
      },
      { now, secret: one },
    );
    const { out: input } = await source.run(`export --secret-file ${testStores.path('one')}`, {
      now,
    });
    const environment = { CACHED_LLM_SECRET: other };
    expect(await target.run('import', { input, now, environment })).toMatchObject({ code: 0 });
    expect(await contents(target, other)).toEqual(await contents(source, one));
    expect(await target.run('verify', { now })).toMatchObject({ code: 1 });
  });
});

describe('import', () => {
  test.each(KINDS)(
    'counts what a later answer replaced, which is no failure, on %s',
    async (kind) => {
      const [older, newer] = [testStores.next(kind), testStores.next(kind)];
      await put(older, 'the sea', { ago: 3 });
      await put(older, 'the sky', { ago: 3 });
      await put(newer, 'the sea', { ago: 1 });
      const { out: input } = await older.run('export', { now });
      expect(await newer.run('import', { input, now })).toEqual({
        code: 0,
        out: 'Imported 1 entry. Already expired: 0. Failed: 0. A later answer is stored: 1.\n',
        errors: '',
      });
      const listed = await newer.json('list', { now });
      expect(listed.map(({ storedAt }) => storedAt).sort()).toEqual([
        new Date(NOW - 3 * 3_600_000).toISOString(),
        new Date(NOW - 3_600_000).toISOString(),
      ]);
    },
  );

  test.each(KINDS)(
    'names each damaged line with the reason, and imports the others, on %s',
    async (kind) => {
      const testStore = testStores.next(kind);
      await fill(testStore);
      const { out } = await testStore.run('export', { now });
      const [first, second, third] = out.trim().split('\n');
      const input = [first, '{"key":', second, '', '{"header":{},"payload":"x"}', '[]', third].join(
        '\n',
      );
      const { errors, ...result } = await testStores.next(kind).run('import', { input, now });
      expect(result).toEqual({
        code: 1,
        out: 'Imported 3 entries. Already expired: 0. Failed: 3.\n',
      });
      // A page of lines is imported in the order of the keys, so their reasons come in any order.
      expect(errors.trim().split('\n').sort()).toEqual([
        'line 2: it is not JSON.',
        'line 5: it is not an entry.',
        'line 6: it has no header.',
      ]);
    },
  );

  test('gives each row the rest of its time to live', async () => {
    const testStore = testStores.next('Redis');
    await put(testStore, 'the sea', { ago: 20, ttl: '1d' });
    const { out: input } = await testStore.run('export', { now });
    const target = testStores.next('Redis');
    await target.run('import', { input, now });
    const [{ key }] = await target.json('list', { now });
    const left = Number((await redisReply(testStores.redis.port, `PTTL ${key}`)).slice(1));
    expect(left / 3_600_000).toBeCloseTo(4, 0); // 24 hours less 20, and a minute of grace
  });

  test.each(['import', 'export', 'verify'])(
    '%s ends with 130 when it is interrupted',
    async (command) => {
      const testStore = testStores.next('SQLite');
      await fill(testStore);
      const { out: input } = await testStore.run('export', { now });
      const signal = AbortSignal.abort();
      expect(await testStore.run(command, { input, signal })).toEqual({
        code: 130,
        out: '',
        errors: 'interrupted\n',
      });
    },
  );

  test('shows its progress on a terminal, and shows the cursor again at the end', async () => {
    const testStore = testStores.next('SQLite');
    await fill(testStore);
    const path = testStores.path('shown.jsonl');
    await testStore.run(`export --output ${path}`, { now });
    const { errors } = await testStores
      .next('Redis')
      .run(`import ${path}`, { now, isTerminal: true });
    expect(errors).toMatch(/imported .*0\/3/);
    expect(errors.lastIndexOf('\u001b[?25h')).toBeGreaterThan(errors.lastIndexOf('\u001b[?25l'));
  });

  test('fails for a file that does not exist', async () => {
    expect(await testStores.next('SQLite').run('import /no/such/file')).toMatchObject({
      code: 1,
      errors: 'error: /no/such/file cannot be read (ENOENT). Check its path and its rights.\n',
    });
  });
});

describe('warm', () => {
  let server: WireServer;
  let isDown = false;
  const answer = ({ json }: ReceivedRequest) => {
    const { messages } = json as { messages: { content: string }[] };
    const content = messages[0]?.content ?? '';
    if (isDown || content === 'fail') return { status: 400, body: { error: { message: 'no' } } };
    const finish = content === 'long' ? 'length' : 'stop';
    return {
      body: {
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finish }],
      },
    };
  };
  beforeEach(async () => {
    isDown = false;
    server = await startWireServer({ answer });
  });
  afterEach(() => server.close());

  const body = (content: string) => ({ model: 'gpt-4o', messages: [{ role: 'user', content }] });
  async function file(...lines: readonly unknown[]): Promise<string> {
    const path = testStores.path('requests.jsonl');
    await writeFile(
      path,
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    );
    return path;
  }

  test.each(KINDS)('sends each request that is not stored, once, on %s', async (kind) => {
    const testStore = testStores.next(kind);
    const line = `warm ${await file(body('a'), body('b'), body('a'), body('c'))} --concurrency 1 --base-url ${server.url}/v1`;
    expect(await testStore.run(line)).toEqual({
      code: 0,
      out: 'Sent 3 requests. Already stored: 1. Failed: 0. Answered but not stored: 0.\n',
      errors: '',
    });
    expect(await testStore.json(line)).toEqual([
      { version: 1, sent: 0, alreadyStored: 4, failed: 0, notStored: 0 },
    ]);
    expect(server.requests.map(({ path }) => path)).toEqual(Array(3).fill('/v1/chat/completions'));
  });

  test('sends the failed requests when it is run again', async () => {
    const testStore = testStores.next('SQLite');
    const line = `warm ${await file(body('a'), body('b'))} --base-url ${server.url}/v1/`;
    isDown = true;
    const { code, errors } = await testStore.run(line);
    expect([code, errors]).toEqual([1, 'line 1: 400 Bad Request\nline 2: 400 Bad Request\n']);
    isDown = false;
    expect(await testStore.json(line)).toEqual([
      { version: 1, sent: 2, alreadyStored: 0, failed: 0, notStored: 0 },
    ]);
  });

  test('names each line that failed with the reason, and sends the others', async () => {
    const path = await file(body('fail'), '{', '"text"', body('long'), body('a'));
    const { code, out, errors } = await testStores
      .next('SQLite')
      .run(`warm ${path} --base-url ${server.url}/v1`);
    expect(code).toBe(1);
    expect(out).toBe(
      'Sent 2 requests. Already stored: 0. Failed: 3. Answered but not stored: 1.\n',
    );
    expect(errors.trim().split('\n').sort()).toEqual([
      'line 1: 400 Bad Request',
      'line 2: it is not JSON.',
      'line 3: it is not a request.',
    ]);
  });

  test('reads the lines of a batch file, and sends the API key of the environment', async () => {
    const line = { custom_id: '1', method: 'POST', url: '/v1/chat/completions', body: body('a') };
    const environment = { OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL: `${server.url}/v1` };
    await testStores.next('SQLite').run(`warm ${await file(line)}`, { environment });
    const [request] = server.requests;
    expect([request?.path, request?.headers.authorization, request?.json]).toEqual([
      '/v1/chat/completions',
      'Bearer sk-1',
      body('a'),
    ]);
  });

  test('says how to install an adapter that is not installed', async () => {
    expect(
      await testStores.next('SQLite').run(`warm ${await file(body('a'))} --adapter unknown`),
    ).toEqual({
      code: 1,
      out: '',
      errors: 'error: The adapter unknown is not installed. Run: npm install @cached-llm/unknown\n',
    });
  });

  test('stores entries under the keys that explain --url looks up', async () => {
    const testStore = testStores.next('SQLite');
    const path = await file(body('a'));
    await testStore.run(`warm ${path} --base-url ${server.url}/v1`);
    const line = `explain ${path} --adapter openai --url ${server.url}/v1/chat/completions`;
    expect(await testStore.json(line)).toMatchObject([{ state: 'fresh' }]);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(body('a'));
  });
});
