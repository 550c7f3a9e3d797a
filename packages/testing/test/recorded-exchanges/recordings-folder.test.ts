import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { recordedAnswers } from '../../src/recorded-exchanges/recorded-answers.ts';
import { recordedPairs } from '../../src/recorded-exchanges/recorded-pairs.ts';
import {
  describeWithFixtures,
  fixturesFolder,
} from '../../src/recorded-exchanges/recordings-folder.ts';

const before = process.env.CACHED_LLM_FIXTURES;
let temporary = '';

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'cached-llm-fixtures-'));
});

afterEach(() => {
  jest.restoreAllMocks();
  if (before === undefined) delete process.env.CACHED_LLM_FIXTURES;
  else process.env.CACHED_LLM_FIXTURES = before;
});

afterAll(() => rm(temporary, { recursive: true }));

/** A test runner that records all names, and runs all suites and tests at once. */
function notingRunner() {
  const notes: string[] = [];
  const runner = {
    describe: (name: string, define: () => void) => {
      notes.push(`describe ${name}`);
      define();
    },
    test: (name: string, run: () => void) => {
      notes.push(`test ${name}`);
      run();
    },
  };
  return { runner, notes };
}

describe('the folder of recorded exchanges', () => {
  test('is the one that CACHED_LLM_FIXTURES names', () => {
    process.env.CACHED_LLM_FIXTURES = temporary;
    expect(fixturesFolder()).toBe(temporary);
  });

  test('is undefined if the named one does not exist', () => {
    process.env.CACHED_LLM_FIXTURES = join(temporary, 'absent');
    expect(fixturesFolder()).toBeUndefined();
  });

  test('is beside the repository if the environment names none', () => {
    delete process.env.CACHED_LLM_FIXTURES;
    const folder = fixturesFolder();
    expect(folder === undefined || folder.endsWith(join('shared', 'fixtures'))).toBe(true);
  });

  test('must exist before anything is read, so that no test runs over nothing', () => {
    process.env.CACHED_LLM_FIXTURES = temporary;
    expect(() => recordedPairs()).toThrow('Set CACHED_LLM_FIXTURES');
    expect(() => recordedAnswers('openai')).toThrow(
      'No recorded exchanges at wire-vercel-ai/openai',
    );
  });
});

describe('a suite over recorded exchanges', () => {
  test('is registered with the folder if there is one', () => {
    process.env.CACHED_LLM_FIXTURES = temporary;
    const { runner, notes } = notingRunner();
    describeWithFixtures(runner, 'pairs', (folder) => runner.test(`in ${folder}`, () => {}));
    expect(notes).toEqual(['describe pairs', `test in ${temporary}`]);
  });

  test('is skipped with a message if there is none', () => {
    process.env.CACHED_LLM_FIXTURES = join(temporary, 'absent');
    const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { runner, notes } = notingRunner();
    describeWithFixtures(runner, 'pairs', () => runner.test('never', () => {}));
    const notice = 'NOT RUN: no recorded exchanges (set CACHED_LLM_FIXTURES)';
    expect(notes).toEqual(['describe pairs', `test ${notice}`]);
    expect(written).toHaveBeenCalledWith(`pairs: ${notice}\n`);
  });
});
