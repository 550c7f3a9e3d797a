// check FILE: compiles a program, and runs it twice. Its second run answers alike, and makes no request.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { startServer } from './server.mjs';

const [file] = process.argv.slice(2);
const COMPILER = '--noEmit --strict --skipLibCheck --target es2022 --module nodenext --types node';
const compiled = spawnSync('tsc', [...COMPILER.split(' '), file], { stdio: 'inherit' });
assert.equal(compiled.status, 0, 'it compiles');

function run(url) {
  const env = { ...process.env, OPENAI_API_KEY: 'none', OPENAI_BASE_URL: `${url}/v1` };
  const child = spawn('tsx', [file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (piece) => {
    text += piece;
  });
  return new Promise((ended, failed) => {
    child.on('close', (code) => (code === 0 ? ended(text) : failed(new Error(text))));
  });
}

const forget = () => {
  for (const end of ['', '-wal', '-shm']) rmSync(`llm.db${end}`, { force: true });
};
const server = await startServer();
try {
  forget();
  const answer = 'It is noon in Rome.\n';
  assert.equal(await run(server.url), `${answer}{ hits: 0, misses: 2 }\n`);
  assert.equal(await run(server.url), `${answer}{ hits: 2, misses: 0 }\n`);
  assert.equal(server.requests.length, 2);
  console.log('two runs, two requests: all of the first');
} finally {
  server.close();
  forget();
}
