// Starts what Next built, and asks its routes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import trialPackage from 'fits-trial';
import { freePort, startRedis } from 'fits-trial/redis.js';

const port = await freePort();
const redis = await startRedis();
const openai = await trialPackage.startServer();
const next = spawn(
  process.execPath,
  ['node_modules/next/dist/bin/next', 'start', '-p', String(port)],
  {
    env: {
      ...process.env,
      OPENAI_URL: openai.url,
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: `${openai.url}/v1`,
      REDIS_URL: redis.url,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
try {
  for await (const piece of next.stdout) if (String(piece).includes('Ready')) break;
  next.stdout.resume();
  const get = async (path, init) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/${path}`, init);
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  };
  const first = await get('ask?question=Why');
  const second = await get('ask?question=Why');
  assert.deepEqual([first.text, first.events], ['Answer 1', ['miss']]);
  assert.deepEqual([second.text, second.events], ['Answer 1', ['miss', 'hit']]);
  assert.equal(openai.requests.length, 1);
  assert.equal((await get('other')).hits, 1);
  const post = { method: 'POST', body: JSON.stringify({ question: 'Recipe?' }) };
  assert.deepEqual(await get('recipe', post), { text: 'Answer 2', outcome: 'miss' });
  assert.deepEqual(await get('recipe', post), { text: 'Answer 2', outcome: 'hit' });
  console.log('one request, and one default cache for two routes');
} finally {
  next.kill();
  openai.close();
  redis.stop();
}
