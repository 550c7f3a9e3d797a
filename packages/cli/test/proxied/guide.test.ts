import { readFileSync } from 'node:fs';
import { proxiedVariables } from '@cached-llm/proxy';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ProxiedTrial } from './proxied.ts';

const GUIDE = readFileSync(
  new URL('../../../../docs/guides/any-language.md', import.meta.url),
  'utf8',
);

/** Each route that has variables, and a resource of Azure. */
const ROUTES = [
  'openai',
  'anthropic',
  'google',
  'mistral',
  'cohere',
  'groq',
  'ollama',
  'openrouter',
];
const PROXY = {
  url: 'http://proxy',
  routes: ROUTES.map((name) => ({ name, url: 'http://proxy' })),
};

let trial: ProxiedTrial;
beforeEach(async () => {
  trial = await ProxiedTrial.open();
});
afterEach(() => trial.close());

describe('the guide to any language', () => {
  test('names every variable that a command gets, and no other', () => {
    const azure = { AZURE_OPENAI_ENDPOINT: 'https://mine.openai.azure.com' };
    const set = Object.keys(proxiedVariables(PROXY, azure));
    const rows = GUIDE.split('\n').filter((line) => /^\| \w+ +\| `[A-Z]/.test(line));
    const named = rows.flatMap((row) => row.match(/`[A-Z_]+`/g) ?? []);
    expect(named.map((name) => name.replaceAll('`', '')).sort()).toEqual(set.sort());
  });

  test('begins with a program in Python that needs no second call', async () => {
    const [, code = ''] = /```python\n([^`]+)```/.exec(GUIDE) ?? [];
    expect(code).toMatch(/^# ask\.py\n/);
    trial.write('ask.py', code);
    trial.environment = { ...trial.environment, OPENAI_API_KEY: 'sk-mine' };
    const words = ['run', '--store', './llm.db', '--', 'python3', 'ask.py'];
    const [first, second] = [await trial.run(words), await trial.run(words)];
    expect([first.code, first.out]).toEqual([0, 'You asked: Why is the sea salty?\n']);
    expect([second.code, second.out]).toEqual([0, first.out]);
    expect(second.errors).toContain('1 request, 1 of them from the cache (100.0 %).');
    expect(trial.wire.count).toBe(1);
  });
});
