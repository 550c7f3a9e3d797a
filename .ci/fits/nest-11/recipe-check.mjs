// Asks the application of the recipe, and ends it as a platform does.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import trialPackage from 'fits-trial';
import { freePort, startRedis } from 'fits-trial/redis.js';

const redis = await startRedis();
const openai = await trialPackage.startServer();
const port = await freePort();
const place = { REDIS_URL: redis.url, OPENAI_BASE_URL: `${openai.url}/v1`, OPENAI_API_KEY: 'k' };
const application = spawn(process.execPath, ['dist/recipe.js'], {
  env: { ...process.env, ...place, PORT: String(port) },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  for await (const piece of application.stdout)
    if (String(piece).includes('successfully started')) break;
  application.stdout.resume();
  const ask = async (tenant) => {
    const headers = tenant === undefined ? {} : { 'x-tenant': tenant };
    const response = await fetch(`http://127.0.0.1:${port}/ask?question=Why`, { headers });
    return (await response.json()).text ?? response.status;
  };
  const answers = [await ask('one'), await ask('two'), await ask('one'), await ask()];
  assert.deepEqual(answers, ['Answer 1', 'Answer 2', 'Answer 1', 400]);
  application.kill();
  await once(application, 'close');
  console.log('two tenants, two requests');
} finally {
  application.kill('SIGKILL');
  openai.close();
  redis.stop();
}
