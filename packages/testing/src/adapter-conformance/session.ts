import { setTimeout as delay } from 'node:timers/promises';
import type { EventName, LlmCache } from '@cached-llm/core';
import type { ConformanceClient } from './adapter-under-test.ts';
import { type CallMode, openStream } from './call-mode.ts';
import { copyOf } from './rebuilt.ts';

/** A table, so that the compiler misses an event that is new. */
const EVENTS: Readonly<Record<EventName, true>> = {
  hit: true,
  stale: true,
  miss: true,
  collapsed: true,
  bypass: true,
  stored: true,
  'not-admitted': true,
  'store-error': true,
  'breaker-open': true,
  'breaker-closed': true,
};

export interface SessionParts<Request> {
  readonly client: ConformanceClient<Request>;
  readonly cache: LlmCache;
  readonly mode: CallMode<Request>;
}

/** A client with its cache, and what the cache said. */
export class Session<Request> {
  readonly #parts: SessionParts<Request>;
  readonly events: { readonly name: string; readonly event: object }[] = [];

  constructor(parts: SessionParts<Request>) {
    this.#parts = parts;
    const names = Object.keys(EVENTS) as EventName[]; // the table has no other keys
    for (const name of names) parts.cache.on(name, (event) => this.events.push({ name, event }));
  }

  /** The response, or the list of the chunks. */
  call(request: Request = this.#parts.mode.request): Promise<unknown> {
    return this.callWith(copyOf(request));
  }

  /** With this very object. */
  callWith(request: Request): Promise<unknown> {
    const { mode, client } = this.#parts;
    return mode.call(client, request);
  }

  /** As `call`, where the SDK may throw. */
  async settle(request?: Request): Promise<PromiseSettledResult<unknown>> {
    const [settled] = await Promise.allSettled([this.call(request)]);
    return settled;
  }

  /** A stream to be read by hand. */
  async stream(signal?: AbortSignal): Promise<AsyncIterator<unknown>> {
    const { client, mode } = this.#parts;
    const stream = await openStream(client, copyOf(mode.request), signal);
    return stream[Symbol.asyncIterator]();
  }

  /** Waits for what is being written behind the answers. */
  async flush(): Promise<void> {
    await delay(5);
    await this.#parts.cache.close();
  }

  async close(): Promise<void> {
    await this.#parts.client.close?.();
    await this.#parts.cache.close();
  }
}
