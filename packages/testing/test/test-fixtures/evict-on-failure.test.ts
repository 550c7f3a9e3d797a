import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedLlmCall } from '@cached-llm/core';
import { useLlmFixtures } from '@cached-llm/testing';
import * as runner from '@jest/globals';
import { hasFailed } from '../../src/test-fixtures/failed-tests.ts';
import { filesIn, question } from './recorded-folder.ts';

const { afterAll, describe, expect, jest, test } = runner;

/** A function that counts its calls, and its cached form. */
function counting(name: string, options: { readonly evictOnFailure?: boolean }) {
  const folder = mkdtempSync(join(tmpdir(), 'evict-'));
  const cache = useLlmFixtures({ runner, folder, mode: 'read-write', ...options });
  afterAll(() => rmSync(folder, { recursive: true }));
  let calls = 0;
  const ask = cachedLlmCall(
    async (_request: ReturnType<typeof question>) => {
      calls += 1;
      return { text: `answer ${calls}` };
    },
    { cache, provider: name },
  );
  return { ask, folder };
}

describe('in Jest, a test that is tried again', () => {
  jest.retryTimes(1);
  const evicting = counting('evicting', { evictOnFailure: true });
  const keeping = counting('keeping', {});
  let tries = 0;

  test('gets no answer that it failed with', async () => {
    tries += 1;
    const texts = [evicting, keeping].map(async ({ ask }) => (await ask(question('Why?'))).text);
    expect(await Promise.all(texts)).toEqual([`answer ${tries}`, 'answer 1']);
    if (tries === 1) throw new Error('the first try fails');
  });

  test('leaves what other tests were given, and what a test was given that passes', async () => {
    expect(tries).toBe(2);
    expect((await evicting.ask(question('Why?'))).text).toBe('answer 2');
    const files = [evicting, keeping].map(({ folder }) => Object.keys(filesIn(folder)).length);
    expect(files).toEqual([1, 1]);
  });
});

test.each<[string, boolean, object]>([
  ['a failed test of Vitest', true, { task: { result: { state: 'fail' } } }],
  ['a test of Vitest that passed', false, { task: { result: { state: 'pass' } } }],
  ['a failed test of node:test', true, { passed: false }],
  ['a test of node:test that passed', false, { passed: true }],
  ['a test of Jest that passes', false, {}],
])('%s: %p', (_what, expected, ended) => {
  expect(hasFailed(ended)).toBe(expected);
});
