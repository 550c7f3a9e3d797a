import { readFileSync } from 'node:fs';
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { type Adapter, defaultAdapter } from '@cached-llm/core/adapter';
import { freePort } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { observeCache } from '../src/index.ts';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Question {
  readonly model: string;
  readonly prompt: string;
  readonly odd?: () => void;
}

const adapter: Adapter = {
  ...defaultAdapter,
  provider: 'openai',
  usageOf: () => ({ inputTokens: 1_000, outputTokens: 100 }),
};

/** A cache whose metrics Prometheus can scrape, and the text that it would read. */
async function startScraped(options: Parameters<typeof createLlmCache>[0] = {}) {
  const port = await freePort();
  const exporter = new PrometheusExporter({ port, host: '127.0.0.1' });
  const provider = new MeterProvider({ readers: [exporter] });
  ends.push(() => provider.shutdown());
  const cache = createLlmCache(options);
  const stop = observeCache(cache, { meter: provider.getMeter('test') });
  const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return { cache, stop, scrape };
}

/** The value of the series that has this name and at least these labels. */
function seriesIn(text: string, name: string, ...labels: string[]): number | undefined {
  const line = text
    .split('\n')
    .find((row) => row.startsWith(`${name}{`) && labels.every((label) => row.includes(label)));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

/** Makes one event for each panel. */
async function liveThrough() {
  let isBroken = false;
  const rows = new Map<string, string>();
  const use = (work: () => unknown) => {
    if (isBroken) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
    return work();
  };
  const store = {
    get: (key: string) => use(() => rows.get(key)),
    set: (key: string, value: string) => use(() => rows.set(key, value) && true),
    delete: (key: string) => rows.delete(key),
    measure: () => ({ entries: rows.size, bytes: 10, evictions: 1 }),
  };
  let instant = Date.UTC(2026, 0, 1);
  const scraped = await startScraped({ store, now: () => instant });
  const answer = async ({ prompt }: Question) => {
    instant += 2_000; // the duration of the call
    return { text: prompt, finish_reason: prompt === 'cut' ? 'length' : 'stop' };
  };
  const ask = cachedLlmCall(answer, { cache: scraped.cache, adapter });
  const question = { model: 'gpt-4o', prompt: 'Why is the sea salty?' };
  await ask.withInfo(question);
  await ask(question);
  await ask.withInfo({ ...question, prompt: 'cut' });
  await ask({ ...question, odd: () => {} });
  isBroken = true;
  // With its info, each waits until its answer is known not to be stored.
  for (const _time of [1, 2, 3]) await ask.withInfo({ ...question, prompt: 'while it is down' });
  return scraped;
}

const model = 'gen_ai_request_model="gpt-4o"';
const outcome = (name: string) => `cached_llm_outcome="${name}"`;

describe('the metrics that Prometheus scrapes', () => {
  test('count requests by outcome, provider and model', async () => {
    const { scrape } = await liveThrough();
    const text = await scrape();
    const requests = (...labels: string[]) =>
      seriesIn(text, 'cached_llm_requests_total', 'gen_ai_provider_name="openai"', ...labels);
    expect(requests(outcome('hit'), model)).toBe(1);
    expect(requests(outcome('miss'), model)).toBe(5);
    expect(requests(outcome('bypass'), 'cached_llm_reason="not-canonical"')).toBe(1);
  });

  test('count saved and spent tokens and costs separately', async () => {
    const { scrape } = await liveThrough();
    const text = await scrape();
    const input = 'gen_ai_token_type="input"';
    expect(seriesIn(text, 'cached_llm_tokens_saved_total', input)).toBe(1_000);
    expect(seriesIn(text, 'gen_ai_client_token_usage_sum', input)).toBe(5_000);
    expect(seriesIn(text, 'gen_ai_client_token_usage_count', 'gen_ai_operation_name="chat"')).toBe(
      5,
    );
    expect(seriesIn(text, 'gen_ai_client_operation_duration_sum')).toBe(10);
    const saved = seriesIn(text, 'cached_llm_cost_saved_total') ?? 0;
    expect(saved).toBeGreaterThan(0);
    expect(seriesIn(text, 'cached_llm_cost_spent_total')).toBeCloseTo(5 * saved, 9);
    const time = seriesIn(text, 'cached_llm_time_saved_total') ?? 0;
    expect(time).toBeGreaterThan(0);
    expect(time).toBeLessThanOrEqual(2);
  });

  test('count a field that differs in each request', async () => {
    const { cache, scrape } = await startScraped();
    const ask = cachedLlmCall(async (_request: object) => 'x', { cache, provider: 'p' });
    for (const run_id of ['a', 'b', 'c', 'd']) {
      await ask({ prompt: 'Why?', run_id });
      await new Promise((resolve) => setTimeout(resolve, 20)); // a miss is examined behind its call
    }
    const series = ['cached_llm_volatile_fields_total', 'cached_llm_field="run_id"'] as const;
    expect(seriesIn(await scrape(), ...series)).toBe(1);
  });

  test('report the state of the store', async () => {
    const { scrape } = await liveThrough();
    const text = await scrape();
    expect(seriesIn(text, 'cached_llm_breaker_open')).toBe(1);
    expect(seriesIn(text, 'cached_llm_store_entries')).toBe(1);
    expect(seriesIn(text, 'cached_llm_store_evictions_total')).toBe(1);
    const ofReads = ['cached_llm_operation="get"', 'error_type="ECONNREFUSED"'];
    expect(seriesIn(text, 'cached_llm_store_errors_total', ...ofReads)).toBeGreaterThan(0);
  });

  test('include every metric and label that the dashboard names', async () => {
    const { scrape } = await liveThrough();
    const text = await scrape();
    const path = new URL('../dashboards/grafana.json', import.meta.url);
    const dashboard = readFileSync(path, 'utf8');
    const names = new Set(dashboard.match(/\b(cached_llm|gen_ai|error)_[a-z_]+\b/g));
    const missing = [...names].filter(
      (name) => !new RegExp(`^${name}\\{|[{,]${name}=`, 'm').test(text),
    );
    expect(names.size).toBeGreaterThan(15);
    expect(missing).toEqual([]);
  });

  test('contain no prompt, no answer and no key', async () => {
    const { scrape } = await liveThrough();
    expect(await scrape()).not.toMatch(/salty|:2:-:/);
  });

  test('do not change after the observation was stopped', async () => {
    const { cache, scrape, stop } = await startScraped();
    const ask = cachedLlmCall(async (prompt: string) => prompt, { cache, provider: 'p' });
    await ask('a');
    stop();
    await ask('b');
    const text = await scrape();
    expect(seriesIn(text, 'cached_llm_requests_total', outcome('miss'))).toBe(1);
    expect(seriesIn(text, 'cached_llm_store_entries')).toBeUndefined();
  });
});
