import { writeFileSync } from 'node:fs';
import { LiveFeed, openStore } from '@cached-llm/core/store';
import { until } from '@cached-llm/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startNetwork } from '../../../proxy/test/network/network.ts';
import { ASK, isAlive, NODE, ProxiedTrial } from './proxied.ts';

let trial: ProxiedTrial;
beforeEach(async () => {
  trial = await ProxiedTrial.open();
  trial.write('ask.mjs', ASK);
});
afterEach(() => trial.close());

const STORE = ['--store', './llm.db'];
const script = (code: string) => [NODE, '-e', code];

describe('run', () => {
  test('answers the second run of a command from the store, and says what it saved', async () => {
    const words = ['run', ...STORE, '--', NODE, 'ask.mjs', 'Why?', 'How?'];
    const first = await trial.run(words);
    const second = await trial.run(words);
    expect([first.code, first.out]).toEqual([0, '200 You asked: Why?\n200 You asked: How?\n']);
    expect(first.errors).toBe('2 requests, 0 of them from the cache.\n');
    expect([second.code, second.out]).toEqual([first.code, first.out]);
    expect(second.errors).toMatch(
      /^2 requests, 2 of them from the cache \(100\.0 %\)\. Saved 16 tokens/,
    );
    expect(trial.wire.count).toBe(2);
  });

  test('says it as JSON on stderr, and in a file, because stdout is the command’s own', async () => {
    const words = ['run', ...STORE, '--report', 'report.json', '--', NODE, 'ask.mjs', 'Why?'];
    await trial.run(words);
    const { out, errors } = await trial.run(['--json', ...words]);
    const report = { requests: 1, hits: 1, savedTokens: { input: 5, output: 3 }, code: 0 };
    expect(out).toBe('200 You asked: Why?\n');
    expect(JSON.parse(errors)).toMatchObject(report);
    expect(JSON.parse(trial.read('report.json'))).toMatchObject(report);
  });

  test.each([
    ['shows its calls', {}, ['miss', 'hit']],
    ['shows none where CACHED_LLM_LIVE is off', { CACHED_LLM_LIVE: 'off' }, []],
  ])('%s in the view Live of the studio', async (_what, own, outcomes) => {
    const environment = { ...trial.environment, ...own };
    const words = ['run', ...STORE, '--', NODE, 'ask.mjs', 'Why?', 'Why?'];
    await trial.run(words, { environment });
    const store = openStore(`sqlite:${trial.path('llm.db')}`);
    const { calls } = await new LiveFeed({ store }).read();
    await store.disconnect?.();
    expect(calls.map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(JSON.stringify(calls)).not.toContain('Why?');
  });

  test('keeps the answers in a file that no repository takes, where no store is named', async () => {
    const words = ['run', NODE, 'ask.mjs', 'Why?'];
    const first = await trial.run(words);
    const second = await trial.run(words);
    expect(first.errors).toContain('The answers are stored in ./.cached-llm/llm.db');
    expect(second.errors).toContain('1 request, 1 of them from the cache');
    expect(trial.read('.cached-llm/.gitignore')).toBe('*\n');
    expect((await trial.run(['list'])).out).toContain('1 entry');
  });

  test('leads also the processes to the proxy that the command starts', async () => {
    const inner = `require('node:child_process').spawnSync(${JSON.stringify(NODE)}, ['ask.mjs', 'Why?'], { stdio: 'inherit' })`;
    const outer = `require('node:child_process').execFileSync(${JSON.stringify(NODE)}, ['-e', ${JSON.stringify(inner)}], { stdio: 'inherit' })`;
    for (const _again of [1, 2]) {
      const { out } = await trial.run(['run', ...STORE, '--', ...script(outer)]);
      expect(out).toBe('200 You asked: Why?\n');
    }
    expect(trial.wire.count).toBe(1);
  });

  test('sets the variables of every provider, and leaves the others as they are', async () => {
    const names = [
      'ANTHROPIC_BASE_URL',
      'OLLAMA_HOST',
      'GOOGLE_GEMINI_BASE_URL',
      'MINE',
      'NO_PROXY',
    ];
    const code = `console.log(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name])))`;
    const environment = { ...trial.environment, MINE: 'mine' };
    const { out } = await trial.run(['run', ...STORE, '--', ...script(code)], { environment });
    const url = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/(anthropic|ollama|google)$/);
    expect(JSON.parse(out)).toEqual([url, url, url, 'mine', null]);
  });

  test('keeps clients from asking a proxy of the network for this one', async () => {
    const code = 'console.log(process.env.NO_PROXY, process.env.no_proxy)';
    const own = { HTTPS_PROXY: 'http://127.0.0.1:1', no_proxy: 'intranet' };
    const environment = { ...trial.environment, ...own };
    const { out } = await trial.run(['run', ...STORE, '--', ...script(code)], { environment });
    expect(out).toBe('intranet,127.0.0.1 intranet,127.0.0.1\n');
  });

  test('calls upstreams through the proxy of the network, if the environment names one', async () => {
    const network = await startNetwork();
    const upstream = trial.wire.url.replace('127.0.0.1', 'llm.test'); // only the proxy of the network knows the name
    const own = { http_proxy: network.url, OPENAI_BASE_URL: `${upstream}/v1` };
    const environment = { ...trial.environment, ...own };
    for (const _again of [1, 2]) {
      const words = ['run', ...STORE, '--', NODE, 'ask.mjs', 'Why?'];
      const { out } = await trial.run(words, { environment });
      expect(out).toBe('200 You asked: Why?\n');
    }
    expect(network.asked).toEqual([`POST ${upstream}/v1/chat/completions`]);
    await network.close();
  });

  test('ends with the command, also where a process that it left behind still waits for an answer', async () => {
    await trial.close();
    trial = await ProxiedTrial.open(() => ({ body: {}, faults: [{ kind: 'hang' }] }));
    trial.write('ask.mjs', ASK);
    const waits = `const { spawn } = require('node:child_process');
      const left = spawn(${JSON.stringify(NODE)}, ['ask.mjs', 'Why?'], { detached: true, stdio: 'ignore' });
      left.unref(); console.log(left.pid);
      setInterval(() => require('node:fs').existsSync('asked') && process.exit(0), 10)`;
    const printed = trial.run(['run', ...STORE, '--', ...script(waits)]);
    await until('the provider is asked', () => trial.wire.count === 1);
    trial.write('asked', '');
    const { code, out } = await printed;
    expect(code).toBe(0);
    await until('the process is gone', () => !isAlive(Number(out)));
  });

  test('says where no request came through it, because the program has a URL of its own', async () => {
    const { errors } = await trial.run(['run', ...STORE, '--', ...script('0')]);
    expect(errors).toMatch(/^Warning: no request of the command came.*nothing was stored/);
  });
});

describe('the command', () => {
  test.each([
    [['run', ...STORE, '--'], 'after --'],
    [['run', ...STORE], 'without --'],
    [['--namespace', 'own', 'run', ...STORE, '--ttl', '1h'], 'behind options with values'],
    [['run', ...STORE, '--upstream=mine=http://127.0.0.1:1'], 'behind an option with ='],
  ])('has its own options: %j %s', async (start) => {
    const own = ['--store', 'mine', '--ttl', '--', '--help', '-v', ''];
    const code = 'console.log(JSON.stringify(process.argv.slice(1)))';
    const { out, code: exit } = await trial.run([...start, NODE, '-e', code, '--', ...own]);
    expect([JSON.parse(out), exit]).toEqual([own, 0]);
  });

  test.each([
    "it's",
    'two words',
    '"quoted"',
    '$HOME `date` $(date)',
    '*',
    'a\\b',
    'a;b&c|d>e',
    '%PATH%',
    'é 日本 🙂',
  ])('gets the argument %j as it is, because no shell reads it', async (argument) => {
    const code = 'process.stdout.write(process.argv[1])';
    const { out } = await trial.run(['run', ...STORE, '--', NODE, '-e', code, argument]);
    expect(out).toBe(argument);
  });

  test.each([0, 1, 3, 42, 255])('passes its exit code on: %d', async (exit) => {
    const { code } = await trial.run(['run', ...STORE, '--', ...script(`process.exit(${exit})`)]);
    expect(code).toBe(exit);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGKILL', 137],
    ['SIGINT', 130],
    ['SIGABRT', 134],
  ])('that is ended by %s gives the exit code of shells, %d', async (signal, exit) => {
    const code = `process.kill(process.pid, '${signal}'); setInterval(() => {}, 1000)`;
    const printed = await trial.run(['run', ...STORE, '--', ...script(code)]);
    expect(printed.code).toBe(exit);
  });

  test('reads the stdin of this program, and writes to its stdout and stderr', async () => {
    const code =
      "process.stdin.on('data', (data) => { console.log('out ' + data); console.error('err ' + data) })";
    const { out, errors } = await trial.run(['run', ...STORE, '--', ...script(code)], {
      input: 'hi',
    });
    expect([out, errors]).toEqual(['out hi\n', expect.stringContaining('err hi\n')]);
  });

  test('that does not exist ends with 127, and with what to do', async () => {
    expect(await trial.run(['run', ...STORE, '--', 'no-such-command-here', 'x'])).toEqual({
      code: 127,
      out: '',
      errors:
        'error: There is no command no-such-command-here. Check its name, and whether it is in the PATH.\n',
    });
  });

  test('that is a whole line in one word gets told how to write it', async () => {
    const { code, errors } = await trial.run(['run', ...STORE, '--', 'npm test && echo done']);
    expect(code).toBe(127);
    expect(errors).toContain("Write each word by itself, or: sh -c 'npm test && echo done'");
  });

  test('that may not be run ends with 126', async () => {
    writeFileSync(trial.path('plain.txt'), 'text', { mode: 0o600 });
    const { code, errors } = await trial.run(['run', ...STORE, '--', './plain.txt']);
    expect([code, errors]).toEqual([126, expect.stringContaining('cannot be started (EACCES)')]);
  });

  test('is missing: that is a wrong command line', async () => {
    expect(await trial.run(['run'])).toMatchObject({
      code: 2,
      errors: expect.stringContaining('The argument <command> is missing.'),
    });
  });
});

describe('an upstream', () => {
  test.each([
    ['a variable', 'OPENAI_BASE_URL', []],
    ['an older variable', 'OPENAI_API_BASE', []],
    ['an option', 'NONE', ['--upstream', 'openai=URL']],
    ['a file', 'NONE', ['--config', 'settings.json']],
  ])('is named by %s', async (_what, variable, given) => {
    const url = `${trial.wire.url}/v1`;
    const options = given.map((word) => word.replace('URL', url));
    trial.write('settings.json', JSON.stringify({ ttl: '1h', upstreams: { openai: { url } } }));
    const { OPENAI_BASE_URL: _, ...others } = trial.environment;
    const environment = { ...others, [variable]: url };
    const words = ['run', ...STORE, ...options, '--', NODE, 'ask.mjs', 'Why?'];
    const { out } = await trial.run(words, { environment });
    expect(out).toBe('200 You asked: Why?\n');
    expect(trial.wire.count).toBe(1);
  });

  test.each([
    ['nonsense', 'OPENAI_BASE_URL is no base URL: "nonsense".'],
    ['https://me:secret@host/v1', 'OPENAI_BASE_URL has a user, a password,'],
    ['ftp://me:secret@host', 'OPENAI_BASE_URL is no base URL.'],
  ])('names the variable that holds no base URL: %s', async (value, message) => {
    const environment = { ...trial.environment, OPENAI_BASE_URL: value };
    const { code, errors } = await trial.run(['run', ...STORE, '--', ...script('0')], {
      environment,
    });
    expect([code, errors]).toEqual([2, expect.stringContaining(message)]);
    expect(errors).not.toContain('secret');
  });

  test.each([
    [
      ['--upstream', 'openai'],
      '--upstream cannot be "openai". Write --upstream mine=https://host/v1.',
    ],
    [
      ['--adapter', 'mine=openai'],
      '--adapter names mine, which has no upstream. Write --upstream mine=',
    ],
    [['--upstream', 'mine=ftp://x'], 'The url of the upstream mine is no base URL: "ftp://x".'],
    [
      ['--config', 'missing.json'],
      'The settings in missing.json cannot be read (ENOENT). Check its path',
    ],
    [['--config', 'broken.json'], 'broken.json is no JSON'],
    [['--config', 'unknown.json'], 'unknown.json has a setting ttll, which does not exist.'],
    [
      ['--config', 'kind.json'],
      'port in kind.json is a string, and must be a number, such as 4141.',
    ],
    [['--config', 'ttl.json'], 'ttl'],
    [['--config', 'none.json'], 'the upstream x in none.json has no url.'],
    [['--config', 'adpter.json'], 'the upstream x in adpter.json has a setting adpter'],
  ])('that nobody understands is refused before the command runs: %j', async (options, message) => {
    trial.write('broken.json', '{');
    trial.write('unknown.json', '{"ttll":"1h"}');
    trial.write('kind.json', '{"port":"1"}');
    trial.write('ttl.json', '{"ttl":"never"}');
    trial.write('none.json', '{"upstreams":{"x":{}}}');
    trial.write('adpter.json', '{"upstreams":{"x":{"url":"http://x","adpter":"openai"}}}');
    const words = ['run', ...STORE, ...options, '--', ...script('console.log("ran")')];
    const { code, out, errors } = await trial.run(words);
    expect([out, errors]).toEqual(['', expect.stringContaining(message)]);
    expect(code).toBe(options[1] === 'missing.json' ? 1 : 2);
  });
});
