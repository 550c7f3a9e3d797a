import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { program } from './program.ts';
import { put, question } from './questions.ts';
import type { TestStore } from './test-stores.ts';
import { useTestStores } from './use-test-stores.ts';

const OWN = fileURLToPath(new URL('..', import.meta.url));
const READING = [
  ...['stats', 'list', 'namespaces', 'show', 'explain', 'diff'],
  ...['doctor', 'health', 'verify', 'config'],
];
const WRITING = ['tag', 'rm', 'prune', 'clear', 'reset'];

const ONE_YEAR = { ttl: '365d' } as const; // the program that the client starts has the time of this machine

const testStores = useTestStores();

let testStore: TestStore;
let keys: readonly string[];
const clients: Client[] = [];
async function nextStore() {
  testStore = testStores.next('SQLite');
  keys = [await put(testStore, 'the sea', ONE_YEAR), await put(testStore, 'the moon', ONE_YEAR)];
}
const closeClients = () => Promise.all(clients.splice(0).map((client) => client.close()));

/** An assistant's own client, which starts the program. */
async function connect(...options: readonly string[]): Promise<Client> {
  const client = new Client({ name: 'assistant', version: '1' });
  clients.push(client);
  const source = ['--conditions=@cached-llm/source', '--import', 'tsx'];
  const onStore = ['--store', testStore.url, '--namespace', testStore.namespace];
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [...source, join('bin', 'cached-llm.mjs'), 'mcp', ...onStore, ...options],
      cwd: OWN,
      stderr: 'pipe',
    }),
  );
  return client;
}

/** What a tool said, and whether it failed. */
async function call(client: Client, name: string, given: Record<string, unknown> = {}) {
  const { content, isError = false } = await client.callTool({ name, arguments: given });
  const texts = content.map((part) => (part.type === 'text' ? part.text : ''));
  return { text: texts.join('\n'), isError };
}

const onStore = () => ['--store', testStore.url, '--namespace', testStore.namespace];

describe('cached-llm mcp', () => {
  let client: Client;
  beforeAll(async () => {
    await nextStore();
    client = await connect();
  });
  afterAll(closeClients);

  test('offers the commands that read, and says so of each', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(READING);
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    const ofStats = tools.find(({ name }) => name === 'stats');
    expect(Object.keys(ofStats?.inputSchema.properties ?? {})).not.toContain('watch');
  });

  test.each(['stats', 'list', 'namespaces', 'verify', 'config'])(
    'answers %s as the command line does',
    async (name) => {
      const { text, isError } = await call(client, name);
      const printed = await program([name, '--json', ...onStore()]);
      const withoutTimes = (line: string) => line.replaceAll(/"measuredAt":"[^"]+"/g, '');
      expect([withoutTimes(text), isError]).toEqual([withoutTimes(printed.out.trim()), false]);
    },
  );

  test('hides an answer until it is asked to reveal it', async () => {
    const hidden = await call(client, 'show', { key: keys[0] });
    expect(hidden.isError).toBe(false);
    expect(hidden.text).toContain(keys[0]);
    expect(hidden.text).not.toContain('payload');
    const revealed = await call(client, 'show', { key: keys[0], reveal: true });
    expect(revealed.text).toContain('payload');
  });

  test('explains a request, and compares two entries', async () => {
    const request = JSON.stringify(question('the sea'));
    const explained = await call(client, 'explain', { request });
    expect(JSON.parse(explained.text)).toMatchObject({ key: keys[0], state: 'fresh' });
    const compared = await call(client, 'diff', { key: keys[0], other: keys[1] });
    expect(compared.isError).toBe(false);
    expect(JSON.parse(compared.text).answer).not.toEqual([]);
  });

  test('takes what a check found for a result', async () => {
    const found = await call(client, 'health', { maxBytes: '1b' });
    expect(JSON.parse(found.text)).toMatchObject({ healthy: false });
    expect(found.isError).toBe(false);
    expect((await call(client, 'doctor')).text).toContain('"findings"');
  });

  test('says of a wrong argument what to write, and goes on', async () => {
    const wrong = await call(client, 'list', { olderThan: '5' });
    expect(wrong).toMatchObject({ isError: true });
    expect(wrong.text).toContain('--older-than is 5, which has no unit.');
    const adapter = await call(client, 'explain', { request: '{}', adapter: '../../evil' });
    expect(adapter.text).toContain('"../../evil" is no name of an adapter.');
    const unknown = await call(client, 'show', { key: 'nothing-like-it' });
    expect(unknown.isError).toBe(true);
    expect((await call(client, 'list')).isError).toBe(false);
  });

  test.each(['--store=sqlite::memory:', '--help', '--', '-', ''])(
    'takes the key %j for a key, and not for an option',
    async (key) => {
      const { text, isError } = await call(client, 'show', { key });
      expect(isError).toBe(true);
      expect(text).toMatch(/error:/);
    },
  );

  test.each(WRITING)('refuses %s where writes are not allowed', async (name) => {
    const given = name === 'rm' || name === 'tag' ? { keys: [keys[0]] } : {};
    await expect(client.callTool({ name, arguments: given })).rejects.toThrow(name);
    expect((await program(['list', '--json', ...onStore()])).out.trim().split('\n')).toHaveLength(
      2,
    );
  });

  test('refuses a store that the user has not named', async () => {
    const other = await client
      .callTool({ name: 'list', arguments: { store: 'sqlite::memory:' } })
      .then(
        ({ isError }) => isError,
        () => true,
      );
    expect(other).toBe(true);
  });
});

describe('cached-llm mcp', () => {
  beforeEach(nextStore);
  afterEach(closeClients);

  test('removes entries where the user allows writes', async () => {
    const client = await connect('--allow-writes');
    const { tools } = await client.listTools();
    const writing = tools.filter(({ annotations }) => annotations?.destructiveHint === true);
    expect(writing.map(({ name }) => name)).toEqual(WRITING);
    const tagged = await call(client, 'tag', { keys: [keys[0]], add: ['reviewed'] });
    expect([JSON.parse(tagged.text), tagged.isError]).toMatchObject([{ retagged: 1 }, false]);
    expect((await call(client, 'rm', { keys: [keys[0]] })).isError).toBe(false);
    expect((await program(['list', '--json', ...onStore()])).out.trim().split('\n')).toHaveLength(
      1,
    );
    expect((await call(client, 'clear')).isError).toBe(false);
    expect((await program(['list', '--json', ...onStore()])).out).toBe('');
  });

  test('ends when the assistant leaves', async () => {
    const client = await connect();
    const { transport } = client;
    await client.listTools();
    const pid = (transport as StdioClientTransport).pid; // the one that `connect` made
    await client.close();
    expect(pid).toEqual(expect.any(Number));
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
  });
});
