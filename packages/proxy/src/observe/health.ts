import type { LlmCache } from '@cached-llm/core';

/** What `/healthz` answers. */
interface Health {
  /** 503 tells a load balancer to send no more calls: the proxy finishes those that it has, and ends. */
  readonly status: 200 | 503;
  readonly body: {
    readonly status: 'ok' | 'closing';
    /** `unavailable` while the store fails. Calls are answered by their providers then, so that the proxy is well. */
    readonly store: 'ok' | 'unavailable';
  };
}

type Watched = Pick<LlmCache, 'on'>;

/**
 * Watches a cache for `/healthz`. A store that fails makes no call fail, and to start the proxy anew would not help, so it
 * changes the text and not the status.
 */
export function watchHealth(cache: Watched): {
  read(isClosing: boolean): Health;
  stop(): void;
} {
  let store: Health['body']['store'] = 'ok';
  const becomes = (next: typeof store) => () => {
    store = next;
  };
  const stops = [
    cache.on('breaker-open', becomes('unavailable')),
    cache.on('breaker-closed', becomes('ok')),
  ];
  return {
    read: (isClosing) => ({
      status: isClosing ? 503 : 200,
      body: { status: isClosing ? 'closing' : 'ok', store },
    }),
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
