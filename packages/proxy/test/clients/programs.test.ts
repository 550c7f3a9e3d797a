import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Proxied, startProxied, twice } from './proxied.ts';

const execute = promisify(execFile);
const ASK = fileURLToPath(new URL('ask.py', import.meta.url));

/** Each program has a question of its own, because all have one key. */
const question = (asker: string, rest: object = {}) =>
  JSON.stringify({
    model: 'm',
    messages: [{ role: 'user', content: `${asker} asks: why is the sea salty?` }],
    ...rest,
  });
const streamed = { stream: true };

/** A program that is no Node.js, its version, and what it prints for a question to OpenAI's API. */
const PROGRAMS: readonly {
  readonly name: string;
  readonly version: readonly [string, ...string[]];
  commandFor(url: string, body: string): readonly [string, ...string[]];
}[] = [
  {
    name: 'curl',
    version: ['curl', '--version'],
    commandFor: (url, body) => [
      'curl',
      '-sN',
      url,
      ...['-H', 'Content-Type: application/json', '-H', 'Authorization: Bearer a-key-of-the-test'],
      ...['-w', '\n%{http_code}', '-d', body],
    ],
  },
  {
    name: 'http.client of Python',
    version: ['python3', '--version'],
    commandFor: (url, body) => ['python3', ASK, url, body],
  },
];

async function run([program, ...given]: readonly [string, ...string[]]): Promise<string> {
  const { stdout } = await execute(program, given, { encoding: 'utf8' });
  return stdout;
}

let proxied: Proxied;
beforeAll(async () => {
  proxied = await startProxied();
});
afterAll(() => proxied.close());

describe.each(PROGRAMS)('$name, unchanged', ({ name, version, commandFor }) => {
  test.each([
    ['JSON', question(name), '"choices":[{'],
    ['a stream', question(name, streamed), 'data: [DONE]'],
  ])(
    'gets the same bytes of %s from the second call on, and none reaches the provider',
    async (_kind, body, part) => {
      await run(version); // it is on this machine
      const url = `${proxied.urlOf('openai')}/chat/completions`;
      const { outputs, upstreamCalls } = await twice(proxied, () => run(commandFor(url, body)));
      expect(upstreamCalls).toEqual([1, 0]);
      expect(outputs[0]).toContain(part);
      expect(outputs[0]).toMatch(/^200$/m);
      expect(outputs[1]).toBe(outputs[0]);
    },
  );
});
