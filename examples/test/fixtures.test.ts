import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  type ReceivedRequest,
  startWireServer,
  type TemporaryFolder,
  temporaryFolder,
  type WireServer,
} from '@cached-llm/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runExample } from './run-example.ts';

const SECRET = 'sk-proj-a/secret+of"ours"-0123456789';
const WORKERS = 8;

let server: WireServer;
let folder: TemporaryFolder;

/** Repeats the key of the request in its headers, and piece by piece in its answer. */
function answer({ json }: ReceivedRequest) {
  const { messages, stream } = json as { messages: [{ content: string }]; stream?: boolean };
  const content = `${messages[0].content} was asked with ${SECRET}, as you know.`;
  const headers = { 'set-cookie': `session=${SECRET}`, 'x-echo': SECRET, 'x-request-id': 'r-1' };
  const envelope = { id: 'one', created: 1, model: 'a-model' };
  const choice = { index: 0, finish_reason: 'stop' };
  const message = { role: 'assistant', content };
  if (stream !== true) return { headers, body: { ...envelope, choices: [{ ...choice, message }] } };
  const delta = (piece: string) => ({
    ...envelope,
    choices: [{ index: 0, finish_reason: null, delta: { content: piece } }],
  });
  const body = [
    ...[...content].map(delta),
    { ...envelope, choices: [{ ...choice, delta: {} }] },
    '[DONE]',
  ];
  return { headers, kind: 'sse' as const, body, chunkSize: 29 };
}

beforeAll(async () => {
  server = await startWireServer({ answer });
  folder = await temporaryFolder();
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

type Worker = ChildProcessByStdio<Writable, Readable, null>;

function startWorker(path: string, place: number): Worker {
  const script = fileURLToPath(new URL('./fixture-worker.ts', import.meta.url));
  const flags = ['--conditions=@cached-llm/source', '--import', import.meta.resolve('tsx')];
  const given = [path, `${server.url}/v1`, String(place), SECRET];
  return spawn(process.execPath, [...flags, script, ...given], {
    env: { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** Everything that a worker has printed when it prints this text. */
function saying(worker: Worker, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    worker.stdout.on('data', (piece) => {
      said += String(piece);
      if (said.includes(text)) resolve(said);
    });
    worker.on('exit', (code) => reject(new Error(`The worker exited with ${code}.`)));
  });
}

/** Records with `count` workers at once, then replays with all of them. */
async function work(path: string, count: number): Promise<readonly string[]> {
  const workers = Array.from({ length: count }, (_none, place) => startWorker(path, place));
  try {
    await Promise.all(workers.map((worker) => saying(worker, 'recorded\n')));
    const said = workers.map((worker) => saying(worker, 'missed '));
    for (const worker of workers) worker.stdin.write('replay\n');
    return await Promise.all(said);
  } finally {
    const ends = workers.map((worker) => worker.exitCode ?? once(worker, 'exit'));
    for (const worker of workers) worker.kill();
    await Promise.all(ends);
  }
}

function filesIn(path: string): Record<string, string> {
  const names = readdirSync(path);
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}

describe('a folder of fixtures that eight workers record at once', () => {
  let byOne: Record<string, string> = {};
  let together: Record<string, string> = {};
  let missed: readonly string[] = [];

  beforeAll(async () => {
    const [one, many] = ['one', 'many'].map((name) => join(folder.path, name));
    await work(one ?? '', 1);
    missed = await work(many ?? '', WORKERS);
    byOne = filesIn(one ?? '');
    together = filesIn(many ?? '');
  });

  test('has the same bytes as the folder of one worker', () => {
    expect(Object.keys(together)).toHaveLength(40);
    expect(together).toEqual(byOne);
    for (const text of Object.values(together)) expect(() => JSON.parse(text)).not.toThrow();
  });

  test('answers all workers', () => {
    expect(missed).toEqual(Array.from({ length: WORKERS }, () => 'missed 0\n'));
  });

  test('contains no key, no cookie and no secret, even where the chunks of a stream split it', () => {
    for (const text of Object.values(together)) {
      const fixture = JSON.parse(text) as { answer?: unknown; chunks?: readonly string[] };
      const deltas = fixture.chunks?.flatMap((chunk) => [
        ...chunk.matchAll(/"content":"(.*?)"\}/g),
      ]);
      const said = deltas?.map(([, piece]) => piece).join('') ?? JSON.stringify(fixture.answer);
      expect(said).toMatch(/Question \d+ was asked with \[scrubbed\], as you know\./);
      expect(text).not.toMatch(/secret|ours|01234|cookie|session|x-echo|r-1/);
    }
  });
});

test('25 the tests pass with the fixtures beside them, without network and key', async () => {
  const strict = await runExample('25-test-with-fixtures', { CI: 'true' }, folder.path);
  expect(strict).toMatch(/pass 2$/m);
  expect(strict).toMatch(/fail 0$/m);
});

test('25 a call without a fixture fails its test and names the remedy', async () => {
  const changed = { CI: 'true', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }; // no recording has this URL
  const failing = runExample('25-test-with-fixtures', changed, folder.path);
  await expect(failing).rejects.toThrow(/LlmCacheError REPLAY_MISS.*it differs in operation/s);
});

test('an application records and replays by its environment', async () => {
  const environment = { CACHED_LLM_STORE: 'fixtures:./of-the-application' };
  const strict = { ...environment, CACHED_LLM_MODE: 'replay' };
  const cwd = folder.path;
  const missing = runExample('05-store-per-environment', strict, cwd);
  await expect(missing).rejects.toThrow('REPLAY_MISS');
  await runExample('05-store-per-environment', environment, cwd);
  expect(Object.keys(filesIn(join(cwd, 'of-the-application')))).toHaveLength(1);
  expect(await runExample('05-store-per-environment', strict, cwd)).toContain('environment: hit');
});
