import { freePort, startWireServer, temporaryFolder } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { runExample } from './run-example.ts';

function answer() {
  const choices = [
    { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Salt.' } },
  ];
  return { body: { choices, usage: { prompt_tokens: 12, completion_tokens: 3 } } };
}

test('27 Prometheus reads what was requested and saved', async () => {
  const server = await startWireServer({ answer });
  const folder = await temporaryFolder();
  try {
    const environment = {
      OPENAI_API_KEY: 'sk-none',
      OPENAI_BASE_URL: `${server.url}/v1`,
      METRICS_PORT: String(await freePort()),
    };
    const output = await runExample('27-opentelemetry', environment, folder.path);
    const whose =
      'gen_ai_provider_name="openai",gen_ai_operation_name="chat",gen_ai_request_model="gpt-4o-mini"';
    expect(output).toContain(`cached_llm_requests_total{${whose},cached_llm_outcome="miss"`);
    expect(output).toMatch(/cached_llm_requests_total\{.*cached_llm_outcome="hit".*\} 2$/m);
    expect(output).toMatch(/cached_llm_tokens_saved_total\{.*gen_ai_token_type="input".*\} 24$/m);
    expect(output).toMatch(/cached_llm_tokens_saved_total\{.*gen_ai_token_type="output".*\} 6$/m);
  } finally {
    await server.close();
    await folder.remove();
  }
});
