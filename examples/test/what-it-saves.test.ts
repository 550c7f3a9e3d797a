import { startWireServer, temporaryFolder } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { runExample } from './run-example.ts';

function answer() {
  const choices = [
    { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Salt.' } },
  ];
  return { body: { choices, usage: { prompt_tokens: 1_000, completion_tokens: 100 } } };
}

test('28 the ledger contains what more than one run saved', async () => {
  const server = await startWireServer({ answer });
  const folder = await temporaryFolder();
  try {
    const environment = { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: `${server.url}/v1` };
    const first = await runExample('28-what-it-saves', environment, folder.path);
    expect(first).toMatch(/^cached-llm miss openai gpt-4o key=/);
    expect(first).toContain('0.5 { input: 2000, output: 200 } 0.007 2\n');
    expect(first).toContain('gpt-4o 2 0.0035\nmy-own-model 0 0\n');
    expect(first).toMatch(/^tokens +saved 2,000 in, 200 out; spent 2,000 in, 200 out$/m);
    expect(first.trimEnd()).toMatch(/\n1 4$/);
    const second = await runExample('28-what-it-saves', environment, folder.path);
    expect(second.trimEnd()).toMatch(/\n2 8$/);
    expect(server.count).toBe(2);
  } finally {
    await server.close();
    await folder.remove();
  }
});
