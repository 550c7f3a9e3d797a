import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, beforeEach, test } from 'node:test';
import fits from 'fits-trial';
import { startRedis } from 'fits-trial/redis.js';
import { Miniflare } from 'miniflare';

const NO_WAIT = Promise.resolve();
let hold = NO_WAIT;
let answered = () => {};
let server;
let redis;
let worker;

/** How often the provider was asked this. A call behind a stale answer of an earlier test may still come. */
const askedFor = (question) => server.requests.filter((body) => body.includes(question)).length;

/** Resolves when the provider was asked so often. */
async function asked(question, count) {
  while (askedFor(question) < count) await once(process, 'asked');
}

const startWorker = (path, bindings = {}) =>
  new Miniflare({
    modules: [{ type: 'ESModule', path }],
    compatibilityDate: '2025-09-15',
    compatibilityFlags: ['nodejs_compat'],
    kvNamespaces: ['KV'],
    bindings,
  });

async function get(path, { signal, ...query } = {}) {
  const url = `http://worker${path}?${new URLSearchParams(query)}`;
  const response = await worker.dispatchFetch(url, { signal });
  const text = await response.text();
  if (response.status !== 200) throw new Error(text);
  return JSON.parse(text);
}

/** Resolves when so many more answers are stored than before: that may be after the response. */
async function storedMore(store, before, count) {
  while ((await get('/stored'))[store] < before[store] + count);
}

/** Begins a call, whose caller leaves while the provider has not answered yet. */
async function leave(path, query) {
  const caller = new AbortController();
  const left = get(path, { ...query, signal: caller.signal }).catch(() => {});
  await asked(query.question, 1);
  caller.abort();
  await left;
}

before(async () => {
  server = await fits.startServer(async () => {
    process.emit('asked');
    await hold;
  });
  redis = await startRedis();
  worker = startWorker('out/worker.js', { SERVER: server.url, REDIS: redis.url });
});

beforeEach(() => {
  server.requests.length = 0;
  hold = NO_WAIT;
});

after(async () => {
  redis?.stop();
  server?.close();
  await worker?.dispose();
});

/** Lets the server answer no request before this is called. */
function holdAnswers() {
  hold = new Promise((resolve) => {
    answered = resolve;
  });
}

test('no file does before a request what Workers refuse there', async () => {
  const chunks = startWorker('out/chunks.js');
  const count = await (await chunks.dispatchFetch('http://worker/')).json();
  await chunks.dispose();
  assert.ok(count > 30, String(count));
});

test('the trial of every environment', async () => {
  await get('/trial');
});

test('what needs neither files nor processes', async () => {
  assert.deepEqual(await get('/in-memory'), { isRight: true });
  assert.deepEqual(await get('/fetch'), { isSame: true });
});

for (const store of ['memory', 'compressed', 'kv', 'cache-api']) {
  test(`an answer in ${store} is a hit in the next request`, async () => {
    const before = await get('/stored');
    const first = await get('/ask', { store, question: 'Next?' });
    await storedMore(store, before, 1);
    const second = await get('/ask', { store, question: 'Next?' });
    assert.deepEqual([first.outcome, second.outcome], ['miss', 'hit']);
    assert.equal(second.text, first.text);
    assert.equal(askedFor('Next?'), 1);
  });

  test(`two requests at once wait for ${store}, and not for each other`, async () => {
    const before = await get('/stored');
    holdAnswers();
    const both = [0, 1].map(() => get('/ask', { store, question: 'At once?' }));
    await asked('At once?', 2);
    answered();
    const outcomes = (await Promise.all(both)).map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, ['miss', 'miss']);
    await storedMore(store, before, 1);
    assert.equal((await get('/ask', { store, question: 'At once?' })).outcome, 'hit');
  });

  test(`a request over ${store} whose caller leaves keeps none waiting`, async () => {
    const before = await get('/stored');
    holdAnswers();
    await leave('/ask', { store, question: 'Left?' });
    const next = get('/ask', { store, question: 'Left?' });
    await asked('Left?', 2);
    answered();
    assert.equal((await next).outcome, 'miss');
    await storedMore(store, before, 1);
    assert.equal((await get('/ask', { store, question: 'Left?' })).outcome, 'hit');
  });

  test(`a stale answer of ${store} is replaced after the response, by one call for many requests`, async () => {
    const query = { store, question: `Stale in ${store}?`, ttl: '1ms' };
    const before = await get('/stored');
    const { text } = await get('/ask', query);
    await storedMore(store, before, 1);
    holdAnswers();
    for (const _round of [1, 2, 3])
      assert.deepEqual(await get('/ask', query), { text, outcome: 'stale' });
    await asked(query.question, 2);
    assert.equal(askedFor(query.question), 2);
    answered();
    let next = text;
    while (next === text) ({ text: next } = await get('/ask', query));
  });
}

test('two streams at once are two, and the next request has the recording', async () => {
  const before = await get('/stored');
  holdAnswers();
  const both = [0, 1].map(() => get('/stream', { question: 'Stream?' }));
  await asked('Stream?', 2);
  answered();
  await Promise.all(both);
  await storedMore('streams', before, 1);
  await get('/stream', { question: 'Stream?' });
  assert.equal(askedFor('Stream?'), 2);
});

test('a stream whose caller leaves keeps none waiting', async () => {
  holdAnswers();
  await leave('/stream', { question: 'Left stream?' });
  const next = get('/stream', { question: 'Left stream?' });
  await asked('Left stream?', 2);
  answered();
  assert.match((await next).text, /^Answer \d$/);
});

test('an answer that another request has invalidated meanwhile is not stored', async () => {
  holdAnswers();
  const asking = get('/ask', { question: 'Invalidated?' });
  await asked('Invalidated?', 1);
  assert.equal(await get('/invalidate'), true);
  answered();
  assert.equal((await asking).outcome, 'miss');
  assert.equal((await get('/ask', { question: 'Invalidated?' })).outcome, 'miss');
});

test('Redis has one connection a request', async () => {
  const first = await get('/redis', { question: 'Redis?' });
  const second = await get('/redis', { question: 'Redis?' });
  assert.deepEqual([first.outcome, second.outcome], ['miss', 'hit']);
});

test('SQLite is refused', async () => {
  assert.deepEqual(await get('/refused'), { code: 'STORE_PACKAGE_MISSING' });
});

test('the Worker of the recipe finds in KV what its first request has stored', async () => {
  const recipe = new Miniflare({
    modules: [{ type: 'ESModule', path: 'out-recipe/recipe.js' }],
    compatibilityDate: '2025-09-15',
    compatibilityFlags: ['nodejs_compat'],
    kvNamespaces: ['ANSWERS'],
    bindings: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${server.url}/v1` },
  });
  const answer = async () => (await recipe.dispatchFetch('http://worker/?question=Recipe')).json();
  const answers = await recipe.getKVNamespace('ANSWERS');
  const first = await answer();
  while ((await answers.list()).keys.length === 0);
  const second = await answer();
  await recipe.dispose();
  assert.deepEqual([first.outcome, second.outcome], ['miss', 'hit']);
  assert.equal(second.text, first.text);
});
