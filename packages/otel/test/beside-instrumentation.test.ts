import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { context, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { AsyncContextManager } from './async-context-manager.ts';
import { startMetrics } from './observed.ts';
import { openaiSdk, startClient } from './openai-client.ts';

const require = createRequire(import.meta.url);

type Metrics = ReturnType<typeof startMetrics>;

/** What is used here of the instrumentation. */
interface Instrumentation {
  setMeterProvider(provider: Metrics['meterProvider']): void;
  setTracerProvider(provider: BasicTracerProvider): void;
  init(): readonly { readonly patch: (sdk: object) => object }[];
}

const exporter = new InMemorySpanExporter();

beforeEach(() => {
  context.setGlobalContextManager(new AsyncContextManager());
});
afterEach(() => {
  context.disable();
  trace.disable();
  exporter.reset();
});

/** `@opentelemetry/instrumentation-openai` in the SDK. Its hook cannot see what Jest loads, so that it is applied here. */
function instrument(metrics: Metrics): void {
  const { OpenAIInstrumentation } = require('@opentelemetry/instrumentation-openai') as {
    readonly OpenAIInstrumentation: new () => Instrumentation;
  };
  const instrumentation = new OpenAIInstrumentation();
  instrumentation.setMeterProvider(metrics.meterProvider);
  instrumentation.setTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  for (const { patch } of instrumentation.init()) patch(openaiSdk());
}

test('beside the instrumentation of the SDK no call is counted twice, and its span says that it is a hit', async () => {
  const instrumented = startMetrics();
  instrument(instrumented);
  const { chat, client, cache, server, metrics, sumOf } = await startClient({
    genAiMetrics: false,
  });
  for (const _time of [1, 2, 3]) await chat('Why?');
  for (const _time of [1, 2]) await client.embeddings.create({ model: 'm', input: ['a', 'b'] });
  await expect(chat('refuse')).rejects.toThrow('refuse');
  await cache.close();
  expect(server.count).toBe(3);

  const own = (await metrics()).map(({ descriptor }) => descriptor.name);
  expect(own.filter((name) => name.startsWith('gen_ai.'))).toEqual([]);
  expect(await instrumented.countOf('gen_ai.client.operation.duration')).toBe(6); // with the hits

  const spans = exporter.getFinishedSpans();
  expect(spans.map(({ name, attributes }) => [name, attributes['cached_llm.outcome']])).toEqual([
    ['chat gpt-4o', 'miss'],
    ['chat gpt-4o', 'hit'],
    ['chat gpt-4o', 'hit'],
    ['embeddings m', 'miss'],
    ['embeddings m', 'hit'],
    ['chat gpt-4o', 'miss'],
  ]);
  expect(spans[1]?.attributes['cached_llm.key']).toEqual(expect.any(String));
  expect(spans.at(-1)?.events.map(({ name }) => name)).toContain('cached_llm.not-admitted');

  // What was billed is what the instrumentation counted, less what the cache saved.
  const counted = await instrumented.sumOf('gen_ai.client.token.usage');
  expect(counted).toBe(3 * 17 + 2 * 31);
  expect(counted - (await sumOf('cached_llm.tokens.saved'))).toBe(17 + 31);
});
