import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { context, type Span } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { observeCache } from '../src/index.ts';
import { AsyncContextManager } from './async-context-manager.ts';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('test');

beforeEach(() => {
  context.setGlobalContextManager(new AsyncContextManager());
});
afterEach(() => {
  context.disable();
  exporter.reset();
});

/** Runs `work` in its own span, which ends with it. */
function inSpan(name: string, work: () => Promise<unknown>): Promise<unknown> {
  return tracer.startActiveSpan(name, async (span: Span) => {
    const done = await work();
    span.end();
    return done;
  });
}

const spanOf = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name);

test('a request sets its outcome as attributes of its span', async () => {
  const cache = createLlmCache();
  observeCache(cache);
  const ask = cachedLlmCall(async (prompt: string) => `answer to ${prompt}`, {
    cache,
    provider: 'p',
  });
  await inSpan('first', () => ask.withInfo('secret'));
  await inSpan('second', () => ask('secret'));
  expect(spanOf('first')?.attributes).toMatchObject({ 'cached_llm.outcome': 'miss' });
  expect(spanOf('first')?.events.map(({ name }) => name)).toEqual([
    'cached_llm.miss',
    'cached_llm.stored',
  ]);
  expect(spanOf('second')?.attributes).toMatchObject({
    'cached_llm.outcome': 'hit',
    'cached_llm.key': ask.keyOf('secret'),
    'cached_llm.age': expect.any(Number),
    'cached_llm.waited': expect.any(Number),
  });
  const all = exporter.getFinishedSpans().map(({ attributes, events }) => ({ attributes, events }));
  expect(JSON.stringify(all)).not.toContain('secret');
});

test('a request without a span, and one that is stored after the end of its span, cause no error', async () => {
  const cache = createLlmCache();
  observeCache(cache);
  const ask = cachedLlmCall(async (prompt: string) => prompt, { cache, provider: 'p' });
  await ask('outside');
  await inSpan('short', async () => void ask('goes on'));
  await ask('goes on');
  expect(spanOf('short')?.status.code).toBe(0);
});
