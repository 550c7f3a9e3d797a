// Prometheus and Grafana can read what the cache does and saves: http://127.0.0.1:9464/metrics
import { createLlmCache } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { observeCache } from '@cached-llm/otel';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { OpenAI } from 'openai';

const port = Number(process.env.METRICS_PORT ?? 9464);
const exporter = new PrometheusExporter({ port, host: '127.0.0.1' });
const meters = new MeterProvider({ readers: [exporter] });

const cache = createLlmCache();
const stop = observeCache(cache, { meterProvider: meters });

const client = cachedOpenAI(new OpenAI(), { cache });
for (const _time of [1, 2, 3]) {
  await client.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Why is the sea salty?' }],
  });
}

const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
const wanted = /^cached_llm_(requests|tokens_saved)_total\{.*$/gm;
for (const [line] of metrics.matchAll(wanted)) console.log(line);
stop();
await meters.shutdown();
