import { readFile, stat, writeFile } from 'node:fs/promises';
import { type ReceivedRequest, startWireServer, type WireServer } from '@cached-llm/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { KINDS, type Kind, type Place, Places } from './places.ts';
import { NOW, now, put, question } from './questions.ts';
import { redisSays } from './redis-says.ts';

let places: Places;
beforeAll(async () => {
  places = await Places.open();
});
afterAll(() => places.close());

/** Everything that is stored, in an order of its own. */
async function contents(place: Place, secret?: string): Promise<readonly unknown[]> {
  return place.use(
    async (cache) => {
      const found = new Map<string, unknown>();
      for await (const { header, payload, state } of cache.inspection.entries()) {
        found.set(header.fingerprint, { header, payload, state });
      }
      return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
    },
    { now, ...(secret === undefined ? {} : { secret }) },
  );
}

async function fill(place: Place): Promise<void> {
  await put(place, 'the sea', { ago: 3, tags: ['faq'], scope: 'tenant-7' });
  await put(place, 'the "sky" \u2028 and \n 😀', { ago: 1, staleWhileRevalidate: '1h' });
  await put(place, 'for ever', { ttl: Number.POSITIVE_INFINITY });
}

describe.each<[Kind, Kind]>([
  ['SQLite', 'Redis'],
  ['Redis', 'SQLite'],
  ['SQLite', 'SQLite'],
])('export from %s and import into %s', (from, to) => {
  let source: Place;
  let target: Place;
  beforeEach(() => {
    [source, target] = [places.next(from), places.next(to)];
  });

  test('bring every entry over, byte by byte, with its times', async () => {
    await fill(source);
    const { out: input } = await source.run('export', { now });
    expect(await target.run('import', { input, now })).toEqual({
      code: 0,
      out: 'Imported 3 entries; 0 had expired, 0 failed.\n',
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

  test('go by way of a file, which only its owner can read', async () => {
    await fill(source);
    const path = places.path(`${from}-${to}.jsonl`);
    const { out } = await source.run(`export --output ${path}`, { now });
    expect(out).toBe(`Exported 3 entries to ${path}.\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await target.json(`import ${path}`, { now })).toEqual([
      { restored: 3, expired: 0, failed: 0 },
    ]);
    expect(await contents(target)).toEqual(await contents(source));
  });

  test('leave out what was invalidated, and what has expired since', async () => {
    await put(source, 'fresh');
    await put(source, 'short', { ttl: '1h' });
    await put(source, 'old', { tags: ['old'] });
    await source.use((cache) => cache.invalidate({ tag: 'old' }));
    const { out: input } = await source.run('export', { now });
    const later = () => NOW + 7_200_000;
    expect((await target.run('import', { input, now: later })).out).toBe(
      'Imported 1 entry; 1 had expired, 0 failed.\n',
    );
  });

  test('bring over what belongs to a later generation of a tag', async () => {
    await source.use((cache) => cache.invalidate({ provider: 'openai' }));
    await target.use((cache) => cache.invalidate({ model: 'gpt-4o' }));
    await put(source, 'the sea');
    const { out: input } = await source.run('export', { now });
    await target.run('import', { input, now });
    expect(await target.json('list', { now })).toMatchObject([{ state: 'fresh' }]);
  });

  test('bring over what is sealed, each under its own secret', async () => {
    const [one, other] = [
      'one secret of thirty-two characters',
      'another secret of the same length..',
    ];
    await writeFile(places.path('one'), `${one}\n`);
    await source.use(
      async (cache) => {
        await cache.set(question('the sea'), { text: 'salty' });
      },
      { now, secret: one },
    );
    const { out: input } = await source.run(`export --secret-file ${places.path('one')}`, { now });
    const environment = { CACHED_LLM_SECRET: other };
    expect(await target.run('import', { input, now, environment })).toMatchObject({ code: 0 });
    expect(await contents(target, other)).toEqual(await contents(source, one));
    expect(await target.run('verify', { now })).toMatchObject({ code: 1 });
  });
});

describe('import', () => {
  test.each(KINDS)(
    'says of each line that is damaged where and why, and imports the rest, on %s',
    async (kind) => {
      const place = places.next(kind);
      await fill(place);
      const { out } = await place.run('export', { now });
      const [first, second, third] = out.trim().split('\n');
      const input = [first, '{"key":', second, '', '{"header":{},"payload":"x"}', '[]', third].join(
        '\n',
      );
      expect(await places.next(kind).run('import', { input, now })).toEqual({
        code: 1,
        out: 'Imported 3 entries; 0 had expired, 3 failed.\n',
        errors: 'line 2: it is no JSON.\nline 5: it is no entry.\nline 6: it has no header.\n',
      });
    },
  );

  test('gives each row the time that is left to it', async () => {
    const place = places.next('Redis');
    await put(place, 'the sea', { ago: 20, ttl: '1d' });
    const { out: input } = await place.run('export', { now });
    const target = places.next('Redis');
    await target.run('import', { input, now });
    const [{ key }] = await target.json('list', { now });
    const left = Number((await redisSays(places.redis.port, `PTTL ${key}`)).slice(1));
    expect(left / 3_600_000).toBeCloseTo(4, 0); // 24 hours less 20, and a minute of grace
  });

  test.each(['import', 'export', 'verify'])('%s ends when it is interrupted', async (verb) => {
    const place = places.next('SQLite');
    await fill(place);
    const { out: input } = await place.run('export', { now });
    const signal = AbortSignal.abort();
    expect(await place.run(verb, { input, signal })).toEqual({
      code: 130,
      out: '',
      errors: 'interrupted\n',
    });
  });

  test('shows on a terminal how far it is, and leaves it as it was', async () => {
    const place = places.next('SQLite');
    await fill(place);
    const path = places.path('shown.jsonl');
    await place.run(`export --output ${path}`, { now });
    const { errors } = await places.next('Redis').run(`import ${path}`, { now, isTerminal: true });
    expect(errors).toMatch(/imported .*0\/3/);
    expect(errors.lastIndexOf('\u001b[?25h')).toBeGreaterThan(errors.lastIndexOf('\u001b[?25l'));
  });

  test('fails for a file that is not there', async () => {
    expect(await places.next('SQLite').run('import /no/such/file')).toMatchObject({
      code: 1,
      errors: 'error: /no/such/file cannot be read.\n',
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
    const path = places.path('requests.jsonl');
    await writeFile(
      path,
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    );
    return path;
  }

  test.each(KINDS)('asks what is not stored, once, on %s', async (kind) => {
    const place = places.next(kind);
    const line = `warm ${await file(body('a'), body('b'), body('a'), body('c'))} --concurrency 1 --base-url ${server.url}/v1`;
    expect(await place.run(line)).toEqual({
      code: 0,
      out: 'Asked 3 requests; stored before: 1, failed: 0, not kept: 0.\n',
      errors: '',
    });
    expect(await place.json(line)).toEqual([{ asked: 0, known: 4, failed: 0, unkept: 0 }]);
    expect(server.requests.map(({ path }) => path)).toEqual(Array(3).fill('/v1/chat/completions'));
  });

  test('goes on where it was, once the provider answers again', async () => {
    const place = places.next('SQLite');
    const line = `warm ${await file(body('a'), body('b'))} --base-url ${server.url}/v1/`;
    isDown = true;
    const { code, errors } = await place.run(line);
    expect([code, errors]).toEqual([1, 'line 1: 400 Bad Request\nline 2: 400 Bad Request\n']);
    isDown = false;
    expect(await place.json(line)).toEqual([{ asked: 2, known: 0, failed: 0, unkept: 0 }]);
  });

  test('says of each line that fails why, and asks the rest', async () => {
    const path = await file(body('fail'), '{', '"text"', body('long'), body('a'));
    const { code, out, errors } = await places
      .next('SQLite')
      .run(`warm ${path} --base-url ${server.url}/v1`);
    expect(code).toBe(1);
    expect(out).toBe('Asked 2 requests; stored before: 0, failed: 3, not kept: 1.\n');
    expect(errors.trim().split('\n').sort()).toEqual([
      'line 1: 400 Bad Request',
      'line 2: it is no JSON.',
      'line 3: it is no request.',
    ]);
  });

  test('reads the lines of a batch file, and sends the key of the environment', async () => {
    const line = { custom_id: '1', method: 'POST', url: '/v1/chat/completions', body: body('a') };
    const environment = { OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL: `${server.url}/v1` };
    await places.next('SQLite').run(`warm ${await file(line)}`, { environment });
    const [request] = server.requests;
    expect([request?.path, request?.headers.authorization, request?.json]).toEqual([
      '/v1/chat/completions',
      'Bearer sk-1',
      body('a'),
    ]);
  });

  test('names an adapter that is not installed', async () => {
    expect(
      await places.next('SQLite').run(`warm ${await file(body('a'))} --adapter nobody`),
    ).toEqual({
      code: 1,
      out: '',
      errors: 'error: The adapter nobody is not installed: npm install @cached-llm/nobody\n',
    });
  });

  test('makes the keys that explain --url finds', async () => {
    const place = places.next('SQLite');
    const path = await file(body('a'));
    await place.run(`warm ${path} --base-url ${server.url}/v1`);
    const line = `explain ${path} --adapter openai --url ${server.url}/v1/chat/completions`;
    expect(await place.json(line)).toMatchObject([{ state: 'fresh' }]);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(body('a'));
  });
});
