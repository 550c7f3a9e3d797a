// Two processes call the handler of the recipe, and each ends at once, as an instance that is frozen for ever. The second makes no request.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import trialPackage from 'fits-trial';
import { startRedis } from 'fits-trial/redis.js';

const SCRIPT = `
  require('./out/lambda/lambda.cjs').handler({ question: 'Why?' }).then(({ body }) => {
    require('node:fs').writeSync(1, body);
    process.exit();
  });`;

const run = (env) =>
  new Promise((ended, failed) => {
    const child = spawn(process.execPath, ['--eval', SCRIPT], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
    });
    child.on('close', (code) => (code === 0 ? ended(JSON.parse(text)) : failed(new Error(text))));
  });

const redis = await startRedis();
const openai = await trialPackage.startServer();
try {
  const place = { REDIS_URL: redis.url, OPENAI_BASE_URL: `${openai.url}/v1`, OPENAI_API_KEY: 'k' };
  assert.deepEqual(await run(place), { text: 'Answer 1', outcome: 'miss' });
  assert.deepEqual(await run(place), { text: 'Answer 1', outcome: 'hit' });
  assert.equal(openai.requests.length, 1);
  console.log('two instances, one request');
} finally {
  redis.stop();
  openai.close();
}
