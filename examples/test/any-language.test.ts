import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import {
  chatAnswer,
  chatEvents,
  type ReceivedRequest,
  startWireServer,
  type WireServer,
} from '@cached-llm/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const EXAMPLES = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = join(EXAMPLES, 'any-language');
/** Beside the examples, so that the SDKs are found. */
const FOLDER = join(EXAMPLES, `.any-language-${process.pid}`);
const PROGRAM = join(EXAMPLES, '../packages/cli/bin/cached-llm.mjs');

const TEXT = 'Rivers bring it.';
const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: TEXT }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 5 },
};

function answer({ path, json }: ReceivedRequest) {
  if (path.endsWith('/messages')) return { body: MESSAGE };
  const { stream } = json as { readonly stream?: boolean }; // the examples send chats
  return stream
    ? { kind: 'sse' as const, body: chatEvents(TEXT.split(' ')) }
    : { body: chatAnswer(TEXT) };
}

let wire: WireServer;
let url: string;
beforeAll(async () => {
  cpSync(SOURCE, FOLDER, { recursive: true });
  wire = await startWireServer({ answer });
  url = wire.url;
});
afterAll(async () => {
  await wire.close();
  rmSync(FOLDER, { recursive: true, force: true });
});

/** Runs the program in the folder of the example, in a process of its own, with nothing of this one's environment. */
async function run(words: readonly string[], own: Readonly<Record<string, string>>) {
  const source = ['--conditions=@cached-llm/source', '--import', import.meta.resolve('tsx')];
  const { PATH, HOME } = process.env;
  const upstreams = { OPENAI_BASE_URL: `${url}/v1`, ANTHROPIC_BASE_URL: url };
  const all = [...source, PROGRAM, ...words, '--', 'npm', '--silent', 'test'];
  const env = { PATH, HOME, ...upstreams, ...own };
  const child = spawn(process.execPath, all, {
    cwd: FOLDER,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  const results = out.split('\n').filter((line) => /^(not )?ok /.test(line));
  return { code, results, errors };
}

test('npm test of the examples has the same results from fixtures, without a provider or a key', async () => {
  const keys = {
    OPENAI_API_KEY: 'sk-recording-1234567890',
    ANTHROPIC_API_KEY: 'sk-ant-recording-1',
  };
  const recorded = await run(['record'], keys);
  expect(recorded).toEqual({
    code: 0,
    results: [expect.stringMatching(/^ok 1 /), ...Array(4).fill(expect.stringMatching(/^ok /))],
    errors: expect.stringContaining('fixtures written to __llm__.'),
  });
  const fixtures = readdirSync(join(FOLDER, '__llm__'));
  const texts = fixtures.map((name) => readFileSync(join(FOLDER, '__llm__', name), 'utf8'));
  expect(texts.join('')).not.toMatch(/recording/);
  const { count } = wire;
  await wire.close();
  const replayed = await run(['replay'], {});
  expect(replayed.errors).toContain('5 requests answered from the fixtures in __llm__.\n');
  expect([replayed.code, replayed.results]).toEqual([0, recorded.results]);
  expect(wire.count).toBe(count);
});
