import { startRedis } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { answerOnEveryWire } from './every-wire.ts';
import { exampleRuns } from './run-example.ts';
import { statsByModel } from './stats-by-model.ts';

const examples = exampleRuns(answerOnEveryWire, (url) => ({
  OPENAI_API_KEY: 'sk-none',
  OPENAI_BASE_URL: `${url}/v1`,
  OPENROUTER_API_KEY: 'sk-or-none',
  OPENROUTER_BASE_URL: `${url}/api/v1`,
}));
const { run } = examples;

test('01 a wrapped function sends one request', async () => {
  const question = 'You asked: Why is the sea salty?';
  expect(await run('01-wrapped-function')).toBe(`${question}\n${question}\nhit\n`);
  expect(examples.server.count).toBe(1);
});

test('02 a decorated method sends one request for each persona', async () => {
  const output = await run('02-decorated-method');
  expect(output.match(/pirate/g)).toHaveLength(2);
  expect(output).toContain('You asked: You are a poet. / Who are you?');
  expect(output).toContain('{ hits: 1, misses: 2 }');
  expect(examples.server.count).toBe(2);
});

test('03 the official client answers and streams from the store', async () => {
  const output = await run('03-openai-client');
  expect(output).toContain('1 miss You asked: Why is the sea salty?');
  expect(output).toContain('2 hit You asked: Why is the sea salty?');
  expect(output).toContain('{ hits: 2, misses: 2 }');
  expect(examples.server.count).toBe(2);
});

test('29 the headers of one request control it, and reach no provider', async () => {
  expect(await run('29-control-one-request')).toBe('{ hits: 1, misses: 2 }\n');
  const names = examples.server.requests.flatMap(({ headers }) => Object.keys(headers));
  expect(names.filter((name) => name.startsWith('x-cached-llm'))).toEqual([]);
});

test('30 an answer that fails a check is forgotten', async () => {
  expect(await run('30-forget-bad-answer')).toBe('miss\n{"steps": 3}\n');
});

test('32 a proxy answers the second program from the store', async () => {
  expect(await run('32-proxy')).toBe('miss 200\nhit 200\n');
  expect(examples.server.count).toBe(1);
});

test('04 an answer is stored and invalidated by hand', async () => {
  const output = await run('04-manual-get-and-set');
  expect(output).toBe("undefined\n{ text: 'Teal' }\ntrue\nundefined\n");
});

test.each([
  ['development', {}, 'from the environment: hit\nby a switch: hit\n'],
  ['production', { NODE_ENV: 'production' }, 'from the environment: hit\nby a switch: hit\n'],
  [
    'a file',
    { CACHED_LLM_STORE: 'sqlite:./ci.db' },
    'from the environment: hit\nby a switch: hit\n',
  ],
  ['off', { CACHED_LLM_ENABLED: 'false' }, 'from the environment: bypass\nby a switch: hit\n'],
])('05 the environment picks the store: %s', async (_name, environment, expected) => {
  expect(await run('05-store-per-environment', environment)).toBe(expected);
});

test('06 warmed questions are hits', async () => {
  expect(await run('06-warm-at-start')).toBe('{ done: 3, failed: 0 }\nhit\n');
  expect(examples.server.count).toBe(3);
});

test('07 one call can differ from the rest', async () => {
  expect((await run('07-per-call-control')).split('\n')).toEqual([
    'miss',
    'hit',
    'miss',
    'miss',
    'bypass',
    "{ text: 'Name a colour (call 2)' }",
    'undefined',
    'bypass',
    '',
  ]);
});

test('08 cachedOpenAI answers calls to OpenRouter', async () => {
  const output = await run('08-openrouter');
  expect(output).toContain('miss You asked: Why is the sea salty?');
  expect(output).toContain('hit You asked: Why is the sea salty?');
  expect(examples.server.requests.map(({ path }) => path)).toEqual(['/api/v1/chat/completions']);
});

test('18 and 19 stores outlive the process', async () => {
  expect(await run('18-sqlite-store')).toBe('miss stored: true\n');
  expect(await run('18-sqlite-store')).toBe('hit stored: true\n');
  const redis = await startRedis();
  const environment = { REDIS_URL: redis.url };
  expect(await run('19-redis-store', environment)).toBe('miss stored: true\n');
  expect(await run('19-redis-store', environment)).toBe('hit stored: true\n');
  await redis.stop();
  expect(await run('19-redis-store', environment)).toBe('miss stored: false\n');
});

test('20 cachedFetch sends one request', async () => {
  const output = await run('20-any-json-api');
  expect(output).toMatch(/^miss .*You asked: Why is the sea salty/m);
  expect(output).toMatch(/^hit .*You asked: Why is the sea salty/m);
  expect(examples.server.count).toBe(1);
});

test('21 a wire server answers in place of a provider', async () => {
  expect(await run('21-wire-server')).toBe('1 /v1/chat/completions\n');
});

test('the demo answers its second run from the file, with the same answers', async () => {
  const first = await run('demo');
  const second = await run('demo');
  const digest = /answers (\w{16})/;
  expect(first).toContain('6 requests');
  expect(second).toContain('10 of 10 calls');
  expect(second).toContain('0 requests');
  expect(second).not.toContain('miss');
  expect(digest.exec(second)?.[1]).toBe(digest.exec(first)?.[1]);
});

test('the CLI shows the same figures as the demo', async () => {
  await run('demo');
  const rows = (await run('demo')).matchAll(
    /│ (\S+) +│ +(\d+) │ +(\d+) │ +(\d+)% │ +(\d+) │ +\$([\d.]+) │/g,
  );
  const shown = [...rows].map(([, model, ...figures]) => [model, ...figures.map(Number)]);
  const { rows: stats } = await statsByModel(`${examples.folder}/.demo/llm.db`, 'demo');
  const figures = stats.map(({ model, requests, hits, hitRate, tokens, cost }) => [
    model,
    requests,
    hits,
    Math.round(hitRate * 100),
    tokens.saved.input + tokens.saved.output,
    Number(cost.saved.usd.toFixed(6)),
  ]);
  expect(figures).toEqual(shown);
  expect(shown).toHaveLength(2);
});
