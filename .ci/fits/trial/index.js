const assert = require('node:assert/strict');
const runtimes = require('./runtimes.js');
const { startServer } = require('./server.js');

/** A function: the second of two equal calls is a hit, and an invalidated answer is asked for again. */
async function tryFunction({ cachedLlmCall, createLlmCache }, store) {
  const cache = createLlmCache({
    store,
    ttl: '1h',
    namespace: `fits-${process.pid}-${Date.now()}`,
  });
  const events = [];
  for (const name of ['miss', 'stored', 'hit', 'bypass']) cache.on(name, () => events.push(name));
  let calls = 0;
  async function answer(question) {
    calls += 1;
    return { choices: [{ message: { content: `${question} ${calls}` }, finish_reason: 'stop' }] };
  }
  const ask = cachedLlmCall(answer, { cache, tags: ['docs'] });
  const first = await ask('Why?');
  assert.deepEqual(await ask('Why?'), first);
  assert.deepEqual([calls, ...events], [1, 'miss', 'stored', 'hit']);
  await cache.get({ provider: 'none', model: 'none', request: {} }); // another part, loaded on demand
  assert.equal(await cache.invalidate({ tag: 'docs' }), true);
  await ask('Why?');
  assert.equal(calls, 2);
  await cache.close();
}

/** A generator: its stream is recorded, and replayed. */
async function tryStream({ cachedLlmCall, createLlmCache }) {
  const cache = createLlmCache();
  let calls = 0;
  async function* tell(count) {
    calls += 1;
    for (let at = 0; at < count; at += 1) yield { at };
  }
  const told = cachedLlmCall(tell, { cache });
  for (const _round of [1, 2]) {
    const seen = [];
    for await (const { at } of await told(3)) seen.push(at);
    assert.deepEqual(seen, [0, 1, 2]);
  }
  assert.equal(calls, 1);
  await cache.close();
}

/** Misuse throws the class that is exported, and says so to whoever asks. */
function tryErrors({ createLlmCache, LlmCacheError, isLlmCacheError }) {
  let error;
  try {
    createLlmCache({ ttl: 'soon' });
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof LlmCacheError && error instanceof Error && isLlmCacheError(error));
  assert.equal(error.code, 'INVALID_DURATION');
}

/** The SDK: plain calls and streams. */
async function tryOpenAI({ createLlmCache }, { OpenAI, cachedOpenAI }, given) {
  const server = given ?? (await startServer());
  const cache = createLlmCache();
  const client = cachedOpenAI(new OpenAI({ apiKey: 'k', baseURL: `${server.url}/v1` }), { cache });
  assert.ok(client instanceof OpenAI);
  const body = { model: 'm', messages: [{ role: 'user', content: 'Why?' }] };
  try {
    for (const _round of [1, 2]) {
      const { choices } = await client.chat.completions.create(body);
      assert.equal(choices[0].message.content, 'Answer 1');
      let text = '';
      for await (const chunk of await client.chat.completions.create({ ...body, stream: true }))
        text += chunk.choices[0]?.delta.content ?? '';
      assert.equal(text, 'Answer 2');
    }
    assert.equal(server.requests?.length ?? 2, 2);
  } finally {
    server.close?.();
    await cache.close();
  }
}

exports.trial = async ({ core, openai, store, server }) => {
  assert.equal(core.defaultCache(), core.defaultCache());
  await tryFunction(core, store);
  await tryStream(core);
  tryErrors(core);
  if (openai) await tryOpenAI(core, openai, server);
  return 'a function, a stream, an error and an SDK';
};

exports.isOne = (one, other) =>
  Object.keys(one)
    .filter((name) => name !== 'default' && name !== 'module.exports' && name !== '__esModule')
    .every((name) => one[name] === other[name]);

exports.startServer = startServer;
Object.assign(exports, runtimes);
