import { setTimeout as delay } from 'node:timers/promises';
import type { LlmCache } from '@cached-llm/core';
import { EVENT_NAMES } from '../test-environment/event-names.ts';
import type { ConformanceClient } from './adapter-under-test.ts';
import { type CallMode, openStream } from './call-mode.ts';
import { copyOf } from './rebuilt.ts';

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
    for (const name of EVENT_NAMES)
      parts.cache.on(name, (event) => this.events.push({ name, event }));
  }

  /** The names of the events so far. */
  get story(): readonly string[] {
    return this.events.map(({ name }) => name);
  }

  /** The response, or the list of the chunks. */
  call(request: Request = this.#parts.mode.request): Promise<unknown> {
    return this.callWith(copyOf(request));
  }

  /** With this very object. */
  async callWith(request: Request): Promise<unknown> {
    return this.#parts.mode.read(await this.ask(request));
  }

  /** As `call`, where the SDK may throw. */
  async settle(request?: Request): Promise<PromiseSettledResult<unknown>> {
    const [settled] = await Promise.allSettled([this.call(request)]);
    return settled;
  }

  /** What the SDK gives: the response, or a stream that is not yet read. */
  async ask(request: Request): Promise<unknown> {
    const { client, mode } = this.#parts;
    return mode.ask(client, request);
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
