import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fixturesFolder, type ReceivedRequest } from '@cached-llm/testing';
import { beforeEach, expect, test } from '@jest/globals';
import { exampleRuns } from './run-example.ts';

let answers = 0;

/** Each answer has another text, so that an answer that was not replayed is visible. */
function answer({ json }: ReceivedRequest) {
  const { messages } = json as { messages: { content: string }[] };
  answers += 1;
  const content = `Answer ${answers} to ${messages.length} messages: a function`;
  const message = { role: 'assistant', content };
  const body = { model: 'gpt-4o-mini-1', choices: [{ index: 0, finish_reason: 'stop', message }] };
  return { body };
}

const examples = exampleRuns(answer);
const { run } = examples;
beforeEach(() => {
  answers = 0;
});

const suites = join(fixturesFolder() ?? '', 'eval-suites');
const suite = (name: string, file: string): Record<string, string> => {
  const path = join(suites, file);
  return existsSync(path) ? { [name]: path } : {};
};

test('23 an eval suite sends no request in its second run and in another process', async () => {
  const environment = suite('HUMAN_EVAL', 'HumanEval.jsonl.gz');
  const count = 'HUMAN_EVAL' in environment ? 164 : 3;
  const line = (turn: number, requests: number) =>
    `run ${turn}: ${count} of ${count} solved, ${requests} requests\n`;
  expect(await run('23-eval-suite', environment)).toBe(line(1, count) + line(2, 0));
  expect(await run('23-eval-suite', environment)).toBe(line(1, 0) + line(2, 0));
  expect(examples.server.count).toBe(count);
});

test('24 the second turn is a hit, because the first one was replayed exactly', async () => {
  const environment = suite('MT_BENCH', 'mt_bench_question.jsonl');
  const turns = 'MT_BENCH' in environment ? 160 : 2;
  expect(await run('24-two-turns', environment)).toBe(
    `run 1: { hits: 0, misses: ${turns} }\nrun 2: { hits: ${turns}, misses: 0 }\n`,
  );
  expect(examples.server.count).toBe(turns);
});

test('26 each trial has its own answer, which stays the same', async () => {
  expect(await run('26-trials')).toBe(
    [
      '5 answers, the same in every run: true',
      'a call without a number has the first answer: true',
      '3 answers through the client',
      '',
    ].join('\n'),
  );
  expect(examples.server.count).toBe(8);
});
