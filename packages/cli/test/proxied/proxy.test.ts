import { freePort, until } from '@cached-llm/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Printed } from '../program.ts';
import { expectShape } from '../shapes.ts';
import { ProxiedTrial } from './proxied.ts';

let trial: ProxiedTrial;
beforeEach(async () => {
  trial = await ProxiedTrial.open();
});
afterEach(() => trial.close());

/** A proxy that runs in this process, until it is ended. */
class RunningProxy {
  readonly url: string;
  readonly #printed: Promise<Printed>;
  readonly #end: AbortController;

  constructor(url: string, printed: Promise<Printed>, end: AbortController) {
    this.url = url;
    this.#printed = printed;
    this.#end = end;
  }

  static async start(...options: readonly string[]): Promise<RunningProxy> {
    const [port, end] = [await freePort(), new AbortController()];
    const url = `${trial.wire.url}/v1`;
    const upstreams = { openai: { url, check: `${url}/models` } };
    trial.write('settings.json', JSON.stringify({ store: './llm.db', port, upstreams }));
    const words = ['proxy', '--config', 'settings.json', ...options];
    const printed = trial.run(words, { signal: end.signal });
    const proxy = new RunningProxy(`http://127.0.0.1:${port}`, printed, end);
    await until('the proxy listens', () => proxy.#isListening());
    return proxy;
  }

  async #isListening(): Promise<boolean> {
    return fetch(`${this.url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** Asks under a key, and says where the answer came from; the status, if there is none. */
  async ask(key: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const response = await fetch(`${this.url}/openai/v1/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${key}`,
        ...headers,
      },
      body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Why?' }] }),
    });
    await response.text();
    return response.headers.get('x-cached-llm') ?? String(response.status);
  }

  end(): Promise<Printed> {
    this.#end.abort();
    return this.#printed;
  }
}

describe('proxy', () => {
  test('prints the variables to copy and a line for each call, and ends with 0', async () => {
    const proxy = await RunningProxy.start();
    expect([await proxy.ask('one'), await proxy.ask('one')]).toEqual(['miss', 'hit']);
    const { code, out, errors } = await proxy.end();
    expect([code, errors]).toEqual([0, '']);
    expect(out).toContain(`The proxy listens at ${proxy.url}.`);
    expect(out).toContain(`  export OPENAI_BASE_URL=${proxy.url}/openai/v1\n`);
    expect(out).toContain(`  export ANTHROPIC_BASE_URL=${proxy.url}/anthropic\n`);
    expect(out).toContain('The answers are in sqlite:./llm.db.');
    expect(out).toMatch(/^miss +openai +gpt-4o/m);
    expect(out).toMatch(/^hit +openai +gpt-4o/m);
    expect(trial.wire.requests.map(({ method }) => method)).toEqual(['GET', 'POST']); // the check of the key, and the call
  });

  test('keeps the answers for the next one, and prints no call where it is to be quiet', async () => {
    const first = await RunningProxy.start('--quiet');
    expect(await first.ask('one')).toBe('miss');
    await first.end();
    const second = await RunningProxy.start('--quiet');
    expect(await second.ask('one')).toBe('hit');
    const { out } = await second.end();
    expect(out).not.toMatch(/^(hit|miss)/m);
  });

  test('shares answers among keys only where it is told to', async () => {
    const own = await RunningProxy.start();
    expect([await own.ask('one'), await own.ask('other')]).toEqual(['miss', 'miss']);
    await own.end();
    const shared = await RunningProxy.start('--shared');
    expect([await shared.ask('one'), await shared.ask('other')]).toEqual(['miss', 'hit']);
    await shared.end();
  });

  test('prints JSON of the documented shape', async () => {
    const proxy = await RunningProxy.start('--json');
    await proxy.ask('one');
    const { out } = await proxy.end();
    const [first = '', ...calls] = out.trim().split('\n');
    expectShape('proxy', [JSON.parse(first)]);
    const call = calls.map((line) => JSON.parse(line)).find(({ route }) => route === 'openai');
    expect(call).toMatchObject({ outcome: 'miss', status: 200, model: 'gpt-4o' });
  });

  test('asks callers for the token that a file or a variable has', async () => {
    const token = 'a-token-of-sixteen-characters';
    trial.write('token', `${token}\n`);
    const byFile = await RunningProxy.start('--token-file', 'token');
    expect(await byFile.ask('one')).toBe('401');
    expect(await byFile.ask('one', { 'x-cached-llm-token': token })).toBe('miss');
    await byFile.end();
    trial.environment = { ...trial.environment, CACHED_LLM_PROXY_TOKEN: token };
    const byVariable = await RunningProxy.start();
    expect(await byVariable.ask('one')).toBe('401');
    const { out } = await byVariable.end();
    expect(out).not.toContain(token);
  });

  test.each([
    [['--host', '0.0.0.0'], /token/],
    [['--port', '70000'], /--port cannot be "70000"\. Write a port from 0 to 65535\./],
    [['--port', 'many'], /--port cannot be "many"/],
    [['--trust', '5'], /--trust is 5, which has no unit/],
    [['--upstream', 'healthz=http://127.0.0.1:1'], /is no name for an upstream/],
    [['--upstream', 'mine=http://127.0.0.1:1', '--adapter', 'mine=none'], /The adapters are/],
  ])('%j is a wrong command line', async (options, message) => {
    const words = ['proxy', '--store', 'memory:', '--port', '0', ...options];
    const { code, errors } = await trial.run(words);
    expect([code, errors]).toEqual([2, expect.stringMatching(message)]);
  });

  test('says which port is taken', async () => {
    const { port } = new URL(trial.wire.url);
    const { code, errors } = await trial.run(['proxy', '--store', 'memory:', '--port', port]);
    expect([code, errors]).toEqual([1, expect.stringContaining(port)]);
  });
});
