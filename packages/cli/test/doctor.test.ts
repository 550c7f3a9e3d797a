import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type CacheOptions, cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { startRedis, startWireServer } from '@cached-llm/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { program, type RunOptions } from './program.ts';
import { type TestStore, TestStores } from './test-stores.ts';

const START = Date.UTC(2026, 10, 21, 12);
const SECRET = 'a secret of thirty-two characters!';
const OWN = fileURLToPath(new URL('..', import.meta.url));
const PROMPT = 'What does the sea taste of?';

let testStores: TestStores;
let testStore: TestStore;
let time = START;
const now = () => time;
beforeAll(async () => {
  testStores = await TestStores.open();
});
afterAll(() => testStores.close());
beforeEach(() => {
  time = START;
  testStore = testStores.next('SQLite');
});

async function answerTo(request: { readonly prompt: string }): Promise<string> {
  return `Salt, as in: ${request.prompt}`;
}

interface Asking extends CacheOptions {
  readonly times?: number;
  /** Milliseconds between two calls. */
  readonly pause?: number;
  readonly admit?: () => boolean;
}

/** A program that asks the same question some times, and closes its cache. */
async function ask(where: TestStore, { times = 3, pause = 1_000, admit, ...options }: Asking = {}) {
  const { url: store, namespace } = where;
  const cache = createLlmCache({ store, namespace, now, storeTimeout: '30s', ...options });
  const cached = cachedLlmCall(answerTo, { cache, ...(admit && { admit }) });
  for (let each = 0; each < times; each += 1) {
    await cached({ prompt: PROMPT });
    time += pause;
  }
  await cache.close();
}

interface Finding {
  readonly name: string;
  readonly healthy: boolean;
  readonly found: string;
  readonly remedy?: string;
}

const problemsIn = (out: string): Finding[] =>
  JSON.parse(out).findings.filter(({ healthy }: Finding) => !healthy);

/** What the doctor finds wrong, with its exit code. */
async function examine(where: TestStore, options: RunOptions = {}, line = 'doctor --json') {
  const { code, out } = await where.run(line, { now, folder: testStores.folder.path, ...options });
  return { code, problems: problemsIn(out), out };
}

const finding = (name: string, found: RegExp, remedy: RegExp) => ({
  ...{ name, healthy: false, found: expect.stringMatching(found) },
  remedy: expect.stringMatching(remedy),
});

/** The doctor as its users start it. */
async function start(argv: readonly string[], node: readonly string[], uid?: number) {
  const { CACHED_LLM_STORE: _, NODE_OPTIONS: __, ...env } = process.env;
  const source = ['--conditions=@cached-llm/source', '--import', 'tsx'];
  const owner = uid === undefined ? {} : { uid, gid: uid };
  const path = join('bin', 'cached-llm.mjs');
  const child = spawn(process.execPath, [...node, ...source, path, 'doctor', '--json', ...argv], {
    ...{ cwd: OWN, env, ...owner },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { code, problems: problemsIn(out) };
}

test('a program whose answers are cached has no problem', async () => {
  await ask(testStore);
  expect(await examine(testStore)).toMatchObject({ code: 0, problems: [] });
});

describe('the doctor names the cause and the remedy where', () => {
  test('the addon of SQLite cannot be loaded', async () => {
    await ask(testStore);
    const where = ['--store', testStore.url, '--namespace', testStore.namespace];
    const { problems } = await start(where, ['--no-addons']);
    const hasModule = process.getBuiltinModule('node:sqlite') !== undefined;
    const driver = finding(
      'driver',
      /neither the addon sqlite3 nor node:sqlite/,
      /npm rebuild sqlite3/,
    );
    expect(problems.filter(({ name }) => name === 'driver')).toEqual(hasModule ? [] : [driver]);
  });

  test('the entries are in another namespace', async () => {
    await ask(testStore);
    const printed = await program(['doctor', '--json', '--store', testStore.url], { now });
    expect(printed.code).toBe(1);
    expect(problemsIn(printed.out)).toContainEqual(
      finding('namespace', /Others here: store-\d+ \(1 entry\)/, /--namespace store-\d+ here/),
    );
  });

  test('a header has another value in each request', async () => {
    const body = { choices: [{ message: { content: 'Salt.' }, finish_reason: 'stop' }] };
    const server = await startWireServer({ answer: () => ({ body }) });
    await testStore.use(
      async (cache) => {
        const fetch = cachedFetch({ cache, explain: true });
        for (const build of ['one', 'two', 'three']) {
          const headers = { 'content-type': 'application/json', 'x-build': build };
          const request = JSON.stringify({ model: 'gpt-4o', messages: [{ content: PROMPT }] });
          const url = `${server.url}/v1/chat/completions`;
          await (await fetch(url, { method: 'POST', headers, body: request })).text();
        }
      },
      { now },
    );
    await server.close();
    expect((await examine(testStore)).problems).toContainEqual(
      finding(
        'fields',
        /100\.0 % of 3 misses that were compared differ only in headers\.x-build\./,
        /ignore: \['headers\.x-build'\]/,
      ),
    );
  });

  test('the ttl is shorter than the time between repeats', async () => {
    await ask(testStore, { ttl: '1s', pause: 10_000 });
    const { code, problems } = await examine(testStore);
    expect(code).toBe(1);
    expect(problems).toContainEqual(
      finding(
        'ttl',
        /fresh for 1s at most, and 1 of 1 have expired/,
        /longer ttl.*CACHED_LLM_TTL=7d/,
      ),
    );
  });

  test('the entries are encrypted, and the secret is not given', async () => {
    await ask(testStore, { secret: SECRET });
    expect((await examine(testStore)).problems).toContainEqual(
      finding(
        'secret',
        /1 of 1 row cannot be read: they are encrypted/,
        /CACHED_LLM_SECRET or --secret-file/,
      ),
    );
    const environment = { CACHED_LLM_SECRET: SECRET };
    expect(await examine(testStore, { environment })).toMatchObject({ code: 0 });
  });

  test('the eviction policy of Redis does not suit', async () => {
    const policy = ['--maxmemory', '64mb', '--maxmemory-policy', 'noeviction'];
    const redis = await startRedis({ arguments: policy });
    const where = Object.assign(testStores.next('Redis'), { url: redis.url });
    await ask(where);
    const { problems } = await examine(where);
    await redis.stop();
    expect(problems).toEqual([
      finding(
        'eviction',
        /maxmemory-policy is noeviction/,
        /CONFIG SET maxmemory-policy allkeys-lfu/,
      ),
    ]);
  });

  test('the SDK of the project is of a version that its adapter refuses', async () => {
    await ask(testStore);
    const folder = testStores.path('project');
    const packages = join(folder, 'node_modules');
    await mkdir(join(packages, '@cached-llm', 'openai'), { recursive: true });
    await mkdir(join(packages, 'openai'));
    const manifest = join('@cached-llm', 'openai', 'package.json');
    await cp(join(OWN, 'node_modules', manifest), join(packages, manifest));
    const sdk = JSON.stringify({ name: 'openai', version: '3.3.0' });
    await writeFile(join(packages, 'openai', 'package.json'), sdk);
    expect((await examine(testStore, { folder })).problems).toEqual([
      finding(
        'SDK',
        /openai is 3\.3\.0, and @cached-llm\/openai takes >=4 <8/,
        /npm install "openai@>=4 <8"/,
      ),
    ]);
  });

  test.each([
    [{ CACHED_LLM_MODE: 'off' }, /CACHED_LLM_MODE is off: each call is made/, /MODE=read-write/],
    [{ CACHED_LLM_ENABLED: 'false' }, /CACHED_LLM_ENABLED is false/, /ENABLED=true/],
    [{ CACHED_LLM_TTL: '3600' }, /"3600", which is not a duration/, /Correct or remove/],
    [{ CACHED_LLM_TLL: '1h' }, /reads the variable CACHED_LLM_TLL/, /Correct its name/],
    [{ CACHED_LLM_STORE: './llm.db' }, /is a path/, /CACHED_LLM_STORE=sqlite:/],
  ])('the environment has %j', async (environment, found, remedy) => {
    await ask(testStore);
    const { code, problems } = await examine(testStore, { environment });
    expect(code).toBe(1);
    expect(problems).toContainEqual(finding('environment', found, remedy));
  });

  test('the folder of the file is read-only', async () => {
    const folder = testStores.path('read-only');
    const path = join(folder, 'llm.db');
    await ask(Object.assign(testStore, { url: `sqlite:${path}` }));
    // Nothing is read-only for the superuser, so that another user looks.
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    if (uid !== undefined) {
      for (const each of [testStores.folder.path, folder, path]) await chown(each, uid, uid);
    }
    await chmod(folder, 0o500);
    const { code, problems } = await start(['--store', path], [], uid);
    await chmod(folder, 0o700);
    expect(code).toBe(1);
    expect(problems).toContainEqual(
      finding(
        'store',
        /may not write to .*read-only, so that no answer is stored/,
        /chmod u\+w .*read-only/,
      ),
    );
  });

  test('the program admits no answer', async () => {
    await ask(testStore, { admit: () => false });
    expect((await examine(testStore)).problems).toContainEqual(
      finding('not stored', /3 of 3 answers \(100\.0 %\) were not stored: admit 3/, /option admit/),
    );
  });

  test('requests bypass the cache', async () => {
    await ask(testStore, { requireScope: true });
    expect((await examine(testStore)).problems).toContainEqual(
      finding('bypasses', /3 of 3 requests \(100\.0 %\) bypassed the cache: no-scope 3/, /a scope/),
    );
  });

  test.each([
    ['run_id', true],
    ['traceId', true],
    ['metadata.build', true],
    ['response_format', false],
    ['product_id', false],
    ['question', false],
  ])('requests differ in the field %s: that is a problem: %s', async (name, isProblem) => {
    await testStore.use(
      async (cache) => {
        for (const value of ['one', 'two', 'three']) {
          const [outer = '', inner] = name.split('.');
          const field = { [outer]: inner === undefined ? value : { [inner]: value } };
          await cache.set({ provider: 'openai', request: { prompt: PROMPT, ...field } }, 'Salt.', {
            explain: true,
          });
        }
      },
      { now },
    );
    const { problems } = await examine(testStore);
    expect(problems.some((each) => each.name === 'fields')).toBe(isProblem);
  });

  test.each([
    ['is no file', 'sqlite:/no/such.db', /There is no file \/no\/such\.db/],
    [
      'does not listen',
      'redis://:geheim@127.0.0.1:1',
      /redis:\/\/:\*\*\*@127\.0\.0\.1:1 cannot be reached/,
    ],
    ['is memory', 'memory:', /memory of one process/],
    ['is of an unknown kind', 'mysql://cache', /which is not a store URL/],
  ])('the store %s', async (_how, url, found) => {
    const where = Object.assign(testStore, { url });
    const { code, problems, out } = await examine(where);
    expect([code, problems]).toEqual([1, [finding('store', found, /./)]]);
    expect(out).not.toContain('geheim');
  });
});

describe('the doctor only reads:', () => {
  async function rows(): Promise<string[]> {
    const all: string[] = [];
    await testStore.useStore(async (store) => {
      for await (const { key, value } of store.scan?.('') ?? []) all.push(`${key} ${value}`);
    });
    return all.sort();
  }

  test('it changes no row, and counts as no use', async () => {
    await ask(testStore);
    const before = await rows();
    await examine(testStore);
    expect(await rows()).toEqual(before);
    expect(before.length).toBeGreaterThan(1);
  });

  test('it makes no file, and leaves an empty and a damaged one as they are', async () => {
    const folder = testStores.path('files');
    await mkdir(folder);
    const at = (name: string) => Object.assign(testStore, { url: `sqlite:${join(folder, name)}` });
    expect(await examine(at('none.db'))).toMatchObject({ code: 1 });
    expect(await readdir(folder)).toEqual([]);
    await writeFile(join(folder, 'empty.db'), '');
    expect(await examine(at('empty.db'))).toMatchObject({ code: 1 });
    expect((await readFile(join(folder, 'empty.db'))).length).toBe(0);
    await ask(at('damaged.db'));
    const whole = await readFile(join(folder, 'damaged.db'));
    const damaged = whole.fill(7, 100);
    await writeFile(join(folder, 'damaged.db'), damaged);
    expect(await examine(at('damaged.db'))).toMatchObject({ code: 1 });
    expect(await readFile(join(folder, 'damaged.db'))).toEqual(damaged);
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('corrupt'));
  });
});

describe('the text of the doctor', () => {
  test('has a remedy below each problem, fits 80 columns and ends with their number', async () => {
    await ask(testStore, { ttl: '1s', pause: 10_000, admit: () => false });
    const { out } = await testStore.run('doctor', { now, folder: testStores.folder.path });
    expect(out).toMatch(/^✓ {2}environment +No variable turns the cache off\.\n/);
    expect(out).toMatch(/\n✗ {2}not stored +3 of 3 answers[\s\S]*\n {15}→ The option admit/);
    expect(out).toMatch(/\n\n\d problems found\.\n$/);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('shows no prompt, no answer, no secret and no hidden character', async () => {
    const hostile = Object.assign(testStore, { namespace: 'shop\u001b[31m' });
    await ask(hostile);
    const environment = { CACHED_LLM_SECRET: SECRET };
    const line = ['doctor', '--store', hostile.url];
    const { out, errors } = await program(line, { now, environment, isTerminal: true });
    expect(out).toContain('Others here: shop\\u001b[31m');
    expect(out + errors).not.toMatch(/Salt|taste|thirty/);
    expect(out).not.toContain('shop\u001b');
  });
});
