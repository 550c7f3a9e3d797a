import { join } from 'node:path';
import { isLlmCacheError } from '@cached-llm/core';
import {
  startWireServer,
  type TemporaryFolder,
  temporaryFolder,
  useLlmFixtures,
} from '@cached-llm/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ADAPTERS } from './every-adapter.ts';
import { answerOnEveryWire, startBedrock } from './every-wire.ts';

const KEYS = /(_API_KEY|^AWS_.*|^CI|^CACHED_LLM_MODE)$/;
const before = { ...process.env };
let folder: TemporaryFolder;

/** The tests run without any key, and not as CI. */
function forgetKeys(): void {
  for (const name of Object.keys(process.env)) if (KEYS.test(name)) delete process.env[name];
}

beforeAll(async () => {
  folder = await temporaryFolder();
});
beforeEach(forgetKeys);
afterAll(async () => {
  process.env = before;
  await folder.remove();
});

/** A test file with one test. What `useLlmFixtures` prints comes after it. */
function startFile(path: string) {
  const ends: (() => Promise<void>)[] = [];
  const afterTests: (() => Promise<void>)[] = [];
  const runner = {
    afterEach: (run: () => Promise<void>) => ends.push(run),
    afterAll: (run: () => Promise<void>) => afterTests.push(run),
  };
  const cache = useLlmFixtures({ runner, folder: path });
  const run = async (steps: readonly (() => Promise<void>)[]) => {
    for (const step of steps) await step();
  };
  return { cache, end: () => run(ends), close: () => run(afterTests) };
}

async function startServer(name: string) {
  return name === 'bedrock' ? startBedrock() : startWireServer({ answer: answerOnEveryWire });
}

describe.each(Object.entries(ADAPTERS))('%s', (name, open) => {
  let url = '';
  let recorded: readonly unknown[] = [];
  const path = () => join(folder.path, name.replaceAll(' ', '-'));

  beforeAll(async () => {
    forgetKeys();
    const server = await startServer(name);
    url = server.url;
    for (const key of ['OPENAI', 'ANTHROPIC', 'GEMINI', 'MISTRAL', 'CO', 'GROQ']) {
      process.env[`${key}_API_KEY`] = 'sk-a-key-for-recording-0123';
    }
    const aws = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'a' };
    Object.assign(process.env, aws);
    const { cache, end, close } = startFile(path());
    recorded = await open(cache, url)('Why is the sea salty?');
    await end();
    await close();
    await server.close(); // the network is cut
  });

  test('answers and streams from fixtures, without network and key', async () => {
    process.env.CI = 'true';
    const { cache, end, close } = startFile(path());
    const replayed = await open(cache, url)('Why is the sea salty?');
    expect(replayed).toEqual(recorded);
    expect(JSON.stringify(replayed)).toContain('You asked: Why is the sea salty?');
    await end();
    expect(cache.stats()).toMatchObject({ misses: 0, hits: recorded.length });
    await close();
  });

  test('uses the default cache and its mode where no cache is passed', async () => {
    process.env.CI = 'true';
    const { cache, end, close } = startFile(path());
    expect(await open(undefined, url)('Why is the sea salty?')).toEqual(recorded);
    expect(cache.stats()).toMatchObject({ misses: 0, hits: recorded.length });
    await end();
    await close();
  });

  test('reports a miss as REPLAY_MISS, at once and with its remedy', async () => {
    process.env.CI = 'true';
    const { cache, end, close } = startFile(path());
    const failing = open(cache, url)('Why is the sky blue?');
    const failure: unknown = await failing.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(isLlmCacheError(failure, 'REPLAY_MISS')).toBe(true);
    expect(String(failure)).toContain('Record it once');
    expect(String(failure)).not.toContain('sky');
    expect(cache.stats().misses).toBe(1); // without a retry
    await expect(end()).rejects.toThrow('Calls without a fixture');
    await close();
  });
});
