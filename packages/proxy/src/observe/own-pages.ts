import type { ServerResponse } from 'node:http';
import type { LlmCache } from '@cached-llm/core';
import type { CallObserver } from './call-observer.ts';
import { watchHealth } from './health.ts';
import type { ProxyMetrics } from './metrics.ts';

/** What the pages are about. */
export interface Observed {
  readonly cache: LlmCache;
  readonly calls: CallObserver;
  /** The proxy takes no more calls. */
  isClosing(): boolean;
}

/** Who asks for metrics has to wait for their code once. A proxy that nobody measures pays for no metrics. */
async function startObservedMetrics({ cache, calls }: Observed): Promise<ProxyMetrics> {
  const { startMetrics } = await import('./metrics.ts');
  const metrics = startMetrics(cache);
  calls.add((call) => metrics.record(call));
  return metrics;
}

function write(response: ServerResponse, status: number, [type, text]: readonly [string, string]) {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}

/** The pages of the proxy itself. */
export interface OwnPages {
  /** Whether all is well, for whoever asks: nothing secret is in it. */
  health(response: ServerResponse): void;
  /** The text of Prometheus. Measuring begins with the first request for it. */
  metrics(response: ServerResponse): Promise<void>;
  stop(): Promise<void>;
}

export function ownPages(observed: Observed): OwnPages {
  const health = watchHealth(observed.cache);
  let metrics: Promise<ProxyMetrics> | undefined;
  return {
    health(response) {
      const { status, body } = health.read(observed.isClosing());
      write(response, status, ['application/json', JSON.stringify(body)]);
    },
    async metrics(response) {
      metrics ??= startObservedMetrics(observed);
      const text = await (await metrics).text();
      write(response, 200, ['text/plain; version=0.0.4; charset=utf-8', text]);
    },
    async stop() {
      health.stop();
      await (await metrics)?.stop();
    },
  };
}
