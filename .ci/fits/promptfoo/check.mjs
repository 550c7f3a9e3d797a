// Runs the eval twice. Each repeat has an answer of its own, and the second run makes no request.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import trialPackage from 'fits-trial';

const WORDS = ['eval', '--no-cache', '--repeat', '2', '--no-progress-bar', '--no-table'];

async function evaluate(url) {
  const env = {
    ...process.env,
    OPENAI_API_KEY: 'k',
    OPENAI_BASE_URL: `${url}/v1`,
    PROMPTFOO_CONFIG_DIR: '.promptfoo',
    PROMPTFOO_DISABLE_TELEMETRY: '1',
    PROMPTFOO_DISABLE_UPDATE: '1',
  };
  const output = ['--output', 'results.json'];
  const child = spawn('promptfoo', [...WORDS, ...output], { env, stdio: 'inherit' });
  assert.equal((await once(child, 'close'))[0], 0);
  const { results } = JSON.parse(readFileSync('results.json', 'utf8'));
  return results.results.map(({ response }) => [response.output, response.cached]);
}

const openai = await trialPackage.startServer();
for (const end of ['', '-wal', '-shm']) rmSync(`llm.db${end}`, { force: true });
try {
  const first = await evaluate(openai.url);
  assert.equal(new Set(first.map(([output]) => output)).size, 4);
  assert.ok(first.every(([, isCached]) => !isCached));
  const second = await evaluate(openai.url);
  assert.deepEqual(
    second,
    first.map(([output]) => [output, true]),
  );
  assert.equal(openai.requests.length, 4);
  console.log('two runs of four tests, four requests');
} finally {
  openai.close();
}
