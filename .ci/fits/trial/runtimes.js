// What works in which runtime: docs/runtimes.md has this table, and the project of each runtime tries its column.
const assert = require('node:assert/strict');
const { join } = require('node:path');

const WORKS = 'works';

const RUNTIMES = ['Node.js 20.19 and newer', 'Bun', 'Deno', 'Cloudflare Workers'];

const everywhere = [WORKS, WORKS, WORKS, WORKS];

/** Of each capability, what is said of the runtimes above, in their order. */
const CAPABILITIES = {
  'A function, memory, invalidation': everywhere,
  'An SDK and its streams': everywhere,
  'Compression and encryption': everywhere,
  '`await using`': everywhere,
  'One call for equal requests at once': [WORKS, WORKS, WORKS, 'within one request'],
  'A store with `get`, `set`, `delete`': everywhere,
  SQLite: [WORKS, WORKS, WORKS, 'refused: there are no files'],
  Redis: [WORKS, WORKS, WORKS, 'with one connection a request'],
  'Leases: one call among processes': [WORKS, WORKS, WORKS, 'no'],
  'Counters of all processes': [WORKS, WORKS, WORKS, 'no'],
  'The command line': [WORKS, WORKS, WORKS, 'no'],
};

/** A cache, its events, and a function that says how often it was called. */
function countedCalls({ cachedLlmCall, createLlmCache }, options) {
  const cache = createLlmCache({ ttl: '1h', storeTimeout: '5s', ...options });
  const events = [];
  for (const name of ['hit', 'miss', 'stored', 'collapsed', 'store-error', 'bypass'])
    cache.on(name, () => events.push(name));
  async function answer(question) {
    await new Promise((resolve) => setImmediate(resolve));
    const content = `${question} ${'long '.repeat(4000)}`;
    return { choices: [{ message: { content }, finish_reason: 'stop' }] };
  }
  return { cache, events, ask: cachedLlmCall(answer, { cache }) };
}

async function tryStore(core, options) {
  const { cache, events, ask } = countedCalls(core, options);
  assert.equal((await ask.withInfo('Why?')).info.stored, true);
  assert.deepEqual(await ask('Why?'), await ask('Why?'));
  assert.deepEqual(events, ['miss', 'stored', 'hit', 'hit']);
  await cache.close();
}

async function tryTogether(core) {
  const { cache, events, ask } = countedCalls(core);
  await Promise.all([ask('Why?'), ask('Why?')]);
  await cache.close(); // waits until the answer is stored
  assert.deepEqual(events.filter((name) => name !== 'stored').sort(), ['collapsed', 'miss']);
}

/** Two caches over one store are as two processes: each has flights of its own. */
async function tryLeases(core, stores) {
  const [one, other] = stores.map((store) => countedCalls(core, { store, namespace: 'leases' }));
  await Promise.all([one.ask('Why?'), other.ask('Why?')]);
  await Promise.all([one.cache.close(), other.cache.close()]);
  const names = [...one.events, ...other.events];
  assert.equal(names.filter((name) => name === 'miss').length, 1);
}

/** What a cache has counted is in the store when it is closed, where another one reads it. */
async function tryLedger(core, store) {
  await tryStore(core, { store, namespace: 'ledger' });
  const cache = core.createLlmCache({ store, namespace: 'ledger' });
  assert.equal((await cache.ledger()).total.requests, 3);
  await cache.close();
}

function anyStore() {
  const rows = new Map();
  return {
    get: async (key) => rows.get(key),
    set: async (key, value) => void rows.set(key, value),
    delete: async (key) => rows.delete(key),
  };
}

/** What needs neither files nor processes. */
async function tryInMemory(core) {
  await tryStore(core, {});
  await tryStore(core, { compress: 1000, secret: 'a secret of more than thirty-two bytes' });
  await tryStore(core, { store: anyStore() });
  await tryTogether(core);
  await createAndDispose(core);
}

async function createAndDispose({ createLlmCache }) {
  const cache = createLlmCache();
  await cache[Symbol.asyncDispose](); // what `await using` calls at the end of its block
}

/** Tries the column of a runtime that has files, connections and processes. */
async function tryRuntime({ core, redis, folder, runCli }) {
  const sqlite = (name) => `sqlite:${join(folder, name)}`;
  await tryInMemory(core);
  await tryStore(core, { store: sqlite('one.db') });
  await tryStore(core, { store: redis });
  await tryLeases(core, [sqlite('leases.db'), sqlite('leases.db')]);
  await tryLeases(core, [redis, redis]);
  await tryLedger(core, sqlite('ledger.db'));
  assert.match(await runCli(['list', '--store', sqlite('one.db')]), /answer/);
}

module.exports = { CAPABILITIES, RUNTIMES, tryInMemory, tryRuntime, tryStore };
