// check [--beside] FOLDER FILE: two processes call the handler in the bundle, and the second makes no request. The bundle is one
// file, and has no packages beside it, unless it says --beside.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import trialPackage from 'fits-trial';
import { startRedis } from 'fits-trial/redis.js';

const isBeside = process.argv[2] === '--beside';
const [folder, file] = process.argv.slice(isBeside ? 3 : 2);

/** The script of a process that calls the handler twice, and prints what it answers. */
const scriptFor = (path) => `
  import(${JSON.stringify(pathToFileURL(path).href)}).then(async (module) => {
    const { handler, close } = module.handler ? module : module.default;
    await handler({ question: 'Why?' });
    console.log(JSON.stringify(await handler({ question: 'Why?' })));
    await close();
  });`;

const run = (path, env) =>
  new Promise((ended, failed) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', scriptFor(path)], {
      cwd: join(path, '..'),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
    });
    child.on('close', (code) => (code === 0 ? ended(JSON.parse(text)) : failed(new Error(text))));
  });

const code = readdirSync(folder, { recursive: true }).filter((name) => !name.endsWith('.map'));
if (!isBeside) assert.deepEqual(code, [file], 'the bundle is one file');
const alone = isBeside ? resolve(folder) : mkdtempSync(join(tmpdir(), 'bundle-'));
if (!isBeside) cpSync(join(folder, file), join(alone, file));
const redis = await startRedis();
const openai = await trialPackage.startServer();
try {
  const env = { REDIS_URL: redis.url, OPENAI_URL: openai.url };
  const first = await run(join(alone, file), env);
  const second = await run(join(alone, file), env);
  assert.deepEqual(first, { statusCode: 200, body: 'Answer 1', events: ['miss', 'hit'] });
  assert.deepEqual(second, { statusCode: 200, body: 'Answer 1', events: ['hit', 'hit'] });
  assert.equal(openai.requests.length, 1);
  console.log('two processes, one request');
} finally {
  redis.stop();
  openai.close();
  if (!isBeside) rmSync(alone, { recursive: true });
}
