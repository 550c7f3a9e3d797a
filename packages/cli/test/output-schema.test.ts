import { writeFile } from 'node:fs/promises';
import { type ReceivedRequest, startWireServer, type WireServer } from '@cached-llm/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../src/commands/index.ts';
import { type Printed, program } from './program.ts';
import { NOW, now, put, question } from './questions.ts';
import { Ajv2020, expectShape, SCHEMA, type Schema } from './shapes.ts';
import { KINDS, type TestStore, TestStores } from './test-stores.ts';

const linesOf = ({ out }: Printed): unknown[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

let testStores: TestStores;
let server: WireServer;
const answer = ({ json }: ReceivedRequest) => ({
  body: {
    choices: [{ message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 1 },
    model: (json as { model: string }).model,
  },
});
beforeAll(async () => {
  testStores = await TestStores.open();
  server = await startWireServer({ answer });
});
afterAll(async () => {
  await server.close();
  await testStores.close();
});

const usage = { prompt_tokens: 1_000, completion_tokens: 50 };

/** A store with entries in every state, and counts of every kind. */
async function filled(kind: (typeof KINDS)[number]): Promise<TestStore & { key: string }> {
  const testStore = testStores.next(kind);
  const key = await put(testStore, 'the sea', { ago: 2, tags: ['faq'], scope: 'tenant' });
  await put(testStore, 'the sky', { ago: 30, model: 'gpt-4o-mini' });
  await put(testStore, 'the moon', { tags: ['old'], explain: false });
  await testStore.use(
    async (cache) => {
      const cut = { choices: [{ message: { content: 'a' }, finish_reason: 'length' }] };
      const whole = { choices: [{ message: { content: 'a' }, finish_reason: 'stop' }], usage };
      await cache.set(question('for ever'), whole, { ttl: Number.MAX_SAFE_INTEGER });
      await cache.set(question('cut'), cut);
      for (const name of ['for ever', 'for ever', 'unknown']) await cache.get(question(name));
      await cache.get({ provider: 'openai', request: () => {} });
      await cache.invalidate({ tag: 'old' });
    },
    { now },
  );
  return Object.assign(testStore, { key });
}

describe.each(KINDS)('on %s, the output of', (kind) => {
  let testStore: TestStore & { key: string };
  beforeAll(async () => {
    testStore = await filled(kind);
  });

  test.each([
    ['stats', 'stats'],
    ['stats --since 1h --size', 'stats'],
    ['stats --quick', 'stats'],
    ['stats --by model', 'statsBy'],
    ['stats --by provider --since 7d', 'statsBy'],
    ['stats --by day', 'statsBy'],
    ['stats --all-namespaces', 'stats'],
    ['stats --by day --all-namespaces', 'statsBy'],
    ['list', 'list'],
    ['list --all-namespaces', 'list'],
    ['namespaces', 'namespaces'],
    ['completion bash', 'completion'],
    ['doctor', 'doctor'],
    ['export', 'export'],
    ['health --min-hit-rate 50% --max-store-errors 9 --max-entries 1 --max-bytes 1b', 'health'],
    ['health --max-round-trip 1m', 'health'],
    ['verify', 'verify'],
    ['config', 'config'],
    ['prune --dry-run', 'prune'],
    ['benchmark --requests 3', 'benchmark'],
  ])('%s has its shape', async (line, name) => {
    expectShape(name, linesOf(await testStore.run(`${line} --json`, { now })));
  });

  test('show has its shape, with and without --reveal', async () => {
    for (const line of [`show ${testStore.key}`, `show ${testStore.key} --reveal`]) {
      expectShape('show', linesOf(await testStore.run(`${line} --json`, { now })));
    }
  });

  test('explain has its shape, for a hit, a miss and a request without a neighbour', async () => {
    const requests = [question('for ever'), question('for never'), { provider: 'x', request: 1 }];
    for (const request of requests) {
      const input = JSON.stringify(request);
      const lines = linesOf(await testStore.run('explain - --json', { input, now }));
      expectShape('explain', lines);
    }
    const empty = testStores.next('Redis');
    const input = JSON.stringify(question('a'));
    expectShape('explain', linesOf(await empty.run('explain - --json', { input, now })));
  });

  test('diff has its shape', async () => {
    const keys = (await testStore.json('list', { now })).map(({ key }) => key);
    for (const [one, other] of [keys.slice(0, 2), keys.slice(2, 4)]) {
      expectShape('diff', linesOf(await testStore.run(`diff ${one} ${other} --json`, { now })));
    }
  });

  test('verify has its shape for a row that is damaged', async () => {
    const damaged = testStores.next(kind);
    const key = await put(damaged, 'the sea');
    await damaged.useStore(async (store) => {
      await store.set(key, 'damaged');
    });
    const [row, ...end] = linesOf(await damaged.run('verify --json', { now }));
    expectShape('unreadable', [row]);
    expectShape('verify', end);
  });

  test('what moves and removes entries has its shape', async () => {
    const [source, target] = [await filled(kind), testStores.next(kind)];
    const path = testStores.path(`moved-${kind}.jsonl`);
    const printed = async (line: string, store: TestStore = source) =>
      linesOf(await store.run(`${line} --json`, { now }));
    expectShape('exported', await printed(`export --output ${path}`));
    expectShape('import', await printed(`import ${path}`, target));
    const requests = testStores.path('requests.jsonl');
    await writeFile(requests, JSON.stringify({ model: 'gpt-4o', messages: [] }));
    expectShape('warm', await printed(`warm ${requests} --base-url ${server.url}/v1`, target));
    expectShape('tag', await printed(`tag ${source.key} --add reviewed --yes`));
    expectShape('rm', await printed(`rm ${source.key} --yes`));
    expectShape('prune', await printed('prune'));
    expectShape('reset', await printed('reset --yes'));
    expectShape('clear', await printed('clear --yes --stats'));
    expectShape('stats', await printed('stats'));
  });
});

test('a store that cannot be reached, and a wrong setting, have their shapes', async () => {
  const away = await program(['health', '--store', 'redis://127.0.0.1:1', '--json']);
  expectShape('health', linesOf(away));
  const environment = { CACHED_LLM_TTL: '3600' };
  expectShape('config', linesOf(await program(['config', '--json'], { environment })));
});

test('an export of another version is refused line by line, and one without a version is read', async () => {
  const source = testStores.next('SQLite');
  await put(source, 'the sea');
  await put(source, 'the sky');
  const lines = linesOf(await source.run('export', { now })) as { version?: number }[];
  const [one = {}, other = {}] = lines;
  const input = [
    { ...one, version: 2 },
    { ...other, version: undefined },
  ]
    .map((line) => JSON.stringify(line))
    .join('\n');
  const target = testStores.next('SQLite');
  expect(await target.run('import', { input, now: () => NOW })).toEqual({
    code: 1,
    out: 'Imported 1 entry. Already expired: 0. Failed: 1.\n',
    errors: 'line 1: it is of another version of the export, which this program does not read.\n',
  });
});

describe('the schema', () => {
  const { $defs = {} } = SCHEMA;

  test('has a definition for each command', () => {
    const names = COMMANDS.map(({ name }) => name).filter((name) => name !== 'mcp'); // it has a protocol of its own
    expect(names.filter((name) => $defs[name] === undefined)).toEqual([]);
  });

  test('documents every field', () => {
    const undocumented: string[] = [];
    const walk = ({ properties = {}, items }: Schema, path: string) => {
      for (const [name, field] of Object.entries(properties)) {
        const target = $defs[field.$ref?.replace('#/$defs/', '') ?? ''];
        if ((field.description ?? target?.description ?? '') === '')
          undocumented.push(`${path}.${name}`);
        walk(field, `${path}.${name}`);
      }
      if (items !== undefined) walk(items, `${path}[]`);
    };
    for (const [name, shape] of Object.entries($defs)) {
      if (shape.description === undefined) undocumented.push(name);
      walk(shape, name);
    }
    expect(undocumented).toEqual([]);
  });

  test('accepts a line as a whole, and new fields, but no other version', () => {
    const validate = new Ajv2020({ strict: true }).compile(SCHEMA);
    expect(validate({ version: 1, reset: 'shop' })).toBe(true);
    expect(validate({ version: 1, reset: 'shop', added: true })).toBe(true);
    expect(validate({ version: 2, reset: 'shop' })).toBe(false);
    expect(validate({ version: 1, reset: 7 })).toBe(false);
  });
});
