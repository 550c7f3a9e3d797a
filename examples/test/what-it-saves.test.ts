import { expect, test } from '@jest/globals';
import { exampleRuns } from './run-example.ts';

const message = { role: 'assistant', content: 'Salt.' };
const examples = exampleRuns(() => ({
  body: {
    choices: [{ index: 0, finish_reason: 'stop', message }],
    usage: { prompt_tokens: 1_000, completion_tokens: 100 },
  },
}));

test('28 the ledger contains what more than one run saved', async () => {
  const { run } = examples;
  const first = await run('28-what-it-saves');
  expect(first).toMatch(/^cached-llm miss openai gpt-4o chat address=\S+ port=\d+ key=/);
  expect(first).toContain('0.5 { input: 2000, output: 200 } 0.007 2\n');
  expect(first).toContain('gpt-4o 2 0.0035\nmy-own-model 0 0\n');
  expect(first).toMatch(/^tokens +saved 2,000 in, 200 out; spent 2,000 in, 200 out$/m);
  expect(first.trimEnd()).toMatch(/\n1 4$/);
  const second = await run('28-what-it-saves');
  expect(second.trimEnd()).toMatch(/\n2 8$/);
  expect(examples.server.count).toBe(2);
});
