import { freePort } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { exampleRuns } from './run-example.ts';

const message = { role: 'assistant', content: 'Salt.' };
const { run } = exampleRuns(() => ({
  body: {
    choices: [{ index: 0, finish_reason: 'stop', message }],
    usage: { prompt_tokens: 12, completion_tokens: 3 },
  },
}));

test('27 Prometheus reads what was requested and saved', async () => {
  const output = await run('27-opentelemetry', { METRICS_PORT: String(await freePort()) });
  const whose =
    'gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o-mini"';
  expect(output).toContain(`cached_llm_requests_total{${whose}`);
  expect(output).toMatch(/cached_llm_requests_total\{.*cached_llm_outcome="miss".*\} 1$/m);
  expect(output).toMatch(/cached_llm_requests_total\{.*cached_llm_outcome="hit".*\} 2$/m);
  expect(output).toMatch(/cached_llm_tokens_saved_total\{.*cached_llm_token_type="input".*\} 24$/m);
  expect(output).toMatch(/cached_llm_tokens_saved_total\{.*cached_llm_token_type="output".*\} 6$/m);
});
