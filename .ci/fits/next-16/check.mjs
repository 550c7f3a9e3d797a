// Starts what Next built, and asks its routes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import trialPackage from 'fits-trial';

const probe = createServer();
await new Promise((listening) => probe.listen(0, '127.0.0.1', listening));
const { port } = probe.address();
await new Promise((closed) => probe.close(closed));

const openai = await trialPackage.startServer();
const next = spawn(
  process.execPath,
  ['node_modules/next/dist/bin/next', 'start', '-p', String(port)],
  {
    env: { ...process.env, OPENAI_URL: openai.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
try {
  for await (const piece of next.stdout) if (String(piece).includes('Ready')) break;
  next.stdout.resume();
  const get = async (path) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/${path}`);
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  };
  const first = await get('ask?question=Why');
  const second = await get('ask?question=Why');
  assert.deepEqual([first.text, first.events], ['Answer 1', ['miss']]);
  assert.deepEqual([second.text, second.events], ['Answer 1', ['miss', 'hit']]);
  assert.equal(openai.requests.length, 1);
  assert.equal((await get('other')).hits, 1);
  console.log('one request, and one default cache for two routes');
} finally {
  next.kill();
  openai.close();
}
