const assert = require('node:assert/strict');
const { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { test } = require('node:test');
const { isOne, startServer } = require('fits-trial');

const NAMES = [
  '@cached-llm/core',
  '@cached-llm/core/adapter',
  '@cached-llm/core/store',
  '@cached-llm/http',
  '@cached-llm/openai',
];

test('every export of the two builds is one, whichever is loaded first', async () => {
  for (const [at, name] of NAMES.entries()) {
    if (at % 2 === 0) require(name);
    const esm = await import(name);
    assert.ok(isOne(require(name), esm), name);
  }
});

test('a program that loads both builds has one default cache, one error class, and one call for two callers', async () => {
  const cjs = require('@cached-llm/core');
  const esm = await import('@cached-llm/core');
  assert.equal(cjs.defaultCache(), esm.defaultCache());
  assert.throws(() => esm.createLlmCache({ ttl: 'soon' }), cjs.LlmCacheError);
  assert.ok(esm.createLlmCache() instanceof cjs.LlmCache);
  const server = await startServer();
  const body = { model: 'm', messages: [{ role: 'user', content: 'Why?' }] };
  const client = (sdk, { cachedOpenAI }) =>
    cachedOpenAI(new sdk.OpenAI({ apiKey: 'k', baseURL: `${server.url}/v1` }));
  const clients = [
    client(require('openai'), require('@cached-llm/openai')),
    client(await import('openai'), await import('@cached-llm/openai')),
  ];
  const answers = await Promise.all(clients.map((each) => each.chat.completions.create(body)));
  server.close();
  assert.equal(server.requests.length, 1);
  assert.deepEqual(answers[0], answers[1]);
});

test('two releases in one program share nothing by accident, and still know the errors of each other', () => {
  const own = require('@cached-llm/core');
  const folder = join(__dirname, 'node_modules', 'another-core');
  cpSync(dirname(require.resolve('@cached-llm/core/package.json')), folder, { recursive: true });
  for (const name of readdirSync(folder, { recursive: true }).filter((each) =>
    each.endsWith('.js'),
  )) {
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8').replaceAll(/(@cached-llm\/core@)\S+/g, '$19.9.9');
    writeFileSync(path, text);
  }
  const other = require('another-core');
  assert.notEqual(other.defaultCache(), own.defaultCache());
  assert.notEqual(other.LlmCacheError, own.LlmCacheError);
  assert.ok(own.isLlmCacheError(new other.LlmCacheError('INVALID_OPTION', 'x')));
  rmSync(folder, { recursive: true });
});
