// column COMMAND...: the table of runtimes, in the runtime that runs this. The command runs the CLI's script in it.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as core from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { cachedOpenAI } from '@cached-llm/openai';
import fits from 'fits-trial';
import { OpenAI } from 'openai';

const [command, ...flags] = process.argv.slice(2);

async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

async function startRedis() {
  const port = await freePort();
  const words = ['--port', String(port), '--save', '', '--appendonly', 'no', '--bind', '127.0.0.1'];
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((ready) =>
    child.stdout.on('data', (piece) => String(piece).includes('Ready to accept') && ready()),
  );
  return { url: `redis://127.0.0.1:${port}`, stop: () => child.kill() };
}

async function runCli(words) {
  const script = join('node_modules', 'cached-llm', 'bin', 'cached-llm.mjs');
  const { stdout } = await promisify(execFile)(command, [...flags, script, ...words]);
  return stdout;
}

async function tryFetch() {
  const server = await fits.startServer();
  const ask = cachedFetch();
  const body = JSON.stringify({ model: 'm', messages: [] });
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  for (const _round of [1, 2]) {
    const { choices } = await (await ask(`${server.url}/v1/chat/completions`, init)).json();
    assert.equal(choices[0].message.content, 'Answer 1');
  }
  server.close();
}

const folder = mkdtempSync(join(tmpdir(), 'runtime-'));
const redis = await startRedis();
try {
  await fits.trial({ core, openai: { OpenAI, cachedOpenAI } });
  await tryFetch();
  await fits.tryRuntime({ core, redis: redis.url, folder, runCli });
  console.log('each row of the table');
} finally {
  redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
