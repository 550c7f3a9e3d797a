import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import { cachedAnthropic } from '@cached-llm/anthropic';
import { createLlmCache } from '@cached-llm/core';
import {
  startWireServer,
  type TemporaryFolder,
  temporaryFolder,
  type WireServer,
} from '@cached-llm/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clientOf, json, message, question } from './wire.ts';

const HEADER = 'anthropic-workspace-id';

let server: WireServer;
let folder: TemporaryFolder;
let credentials: string;
beforeAll(async () => {
  server = await startWireServer({
    answer: ({ headers }) =>
      json(message({ content: [{ type: 'text', text: `of ${headers[HEADER]}` }] })),
  });
  folder = await temporaryFolder();
  credentials = join(folder.path, 'credentials.json');
  await writeFile(credentials, JSON.stringify({ access_token: 'token-secret' }), { mode: 0o600 });
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

/** A profile as the command line of Anthropic writes it: the SDK asks for a token, and names the workspace. */
const profileOf = (workspace_id: string): ClientOptions => ({
  config: {
    workspace_id,
    authentication: { type: 'user_oauth', credentials_path: credentials },
  },
});

/** A client without an API key, whose profile says who asks. */
const profiled = (workspace: string) =>
  new Anthropic({ baseURL: server.url, maxRetries: 0, ...profileOf(workspace) });

async function textOf(client: Anthropic, headers = {}): Promise<string> {
  const { content } = await client.messages.create(question, { headers });
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

describe('two workspaces share no answer', () => {
  test('named by a header of the client, and each finds its own again', async () => {
    const cache = createLlmCache();
    const before = server.count;
    const ask = (workspace: string) => {
      const own = clientOf(server, { defaultHeaders: { [HEADER]: workspace } });
      return textOf(cachedAnthropic(own, { cache }));
    };
    const asked = [await ask('a'), await ask('b'), await ask('a'), await ask('b')];
    expect(asked).toEqual(['of a', 'of b', 'of a', 'of b']);
    expect(server.count - before).toBe(2);
  });

  test('named by a header of one call', async () => {
    const client = cachedAnthropic(clientOf(server), { cache: createLlmCache() });
    expect(await textOf(client, { [HEADER]: 'a' })).toBe('of a');
    expect(await textOf(client, { [HEADER]: 'b' })).toBe('of b');
  });

  test('named by a profile, whose header the SDK writes after its middleware', async () => {
    const cache = createLlmCache();
    const before = server.count;
    const ask = (workspace: string) => textOf(cachedAnthropic(profiled(workspace), { cache }));
    expect([await ask('a'), await ask('b'), await ask('a')]).toEqual(['of a', 'of b', 'of a']);
    expect(server.count - before).toBe(2);
  });

  test('in a copy of a cached client that gets another profile', async () => {
    const cached = cachedAnthropic(clientOf(server), { cache: createLlmCache() });
    const before = server.count;
    const ask = (workspace: string) => textOf(cached.withOptions(profileOf(workspace)));
    expect([await ask('a'), await ask('b'), await ask('a')]).toEqual(['of a', 'of b', 'of a']);
    expect(server.count - before).toBe(2);
  });
});

test('an API key that is replaced still finds the answers of its workspace', async () => {
  const cache = createLlmCache();
  const before = server.count;
  for (const apiKey of ['sk-ant-old', 'sk-ant-new']) {
    const own = clientOf(server, { apiKey, defaultHeaders: { [HEADER]: 'a' } });
    expect(await textOf(cachedAnthropic(own, { cache }))).toBe('of a');
  }
  expect(server.count - before).toBe(1);
});
