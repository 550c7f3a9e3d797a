import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { useLlmFixtures } from '@cached-llm/testing';
import { startServer, trial } from 'fits-trial';
import { OpenAI } from 'openai';
import * as runner from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'fixtures-'));
const cache = useLlmFixtures({ runner, folder, mode: 'read-write' });
const { afterAll, expect, test } = runner;

afterAll(() => rmSync(folder, { recursive: true }));

test('calls are cached', async () => {
  await trial({ core, openai: { OpenAI, cachedOpenAI } });
});

test('fixtures record an answer', async () => {
  const server = await startServer();
  const sdk = new OpenAI({ apiKey: 'k', baseURL: `${server.url}/v1` });
  const client = cachedOpenAI(sdk, { cache });
  const body = { model: 'm', messages: [{ role: 'user' as const, content: 'Why?' }] };
  for (const _round of [1, 2]) {
    const { choices } = await client.chat.completions.create(body);
    expect(choices[0]?.message.content).toBe('Answer 1');
  }
  expect(server.requests).toHaveLength(1);
  expect(readdirSync(folder)).toHaveLength(1);
  server.close();
});
