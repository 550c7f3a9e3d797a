import type { LlmCache } from '@cached-llm/core';
import { pause } from '@cached-llm/core/store';
import { type EventLog, eventLog } from '../test-environment/index.ts';
import type { ConformanceClient } from './adapter-under-test.ts';
import { type CallMode, openStream } from './call-mode.ts';
import { copyOf } from './request-copy.ts';

interface SessionParts<Request> {
  readonly client: ConformanceClient<Request>;
  readonly cache: LlmCache;
  readonly mode: CallMode<Request>;
}

/** A client with its cache, and the events of that cache. */
export class Session<Request> {
  readonly #parts: SessionParts<Request>;
  readonly log: EventLog;

  constructor(parts: SessionParts<Request>) {
    this.#parts = parts;
    this.log = eventLog(parts.cache);
  }

  /** Makes a call with a copy of the request, and gives the response or the list of the chunks. */
  call(request: Request = this.#parts.mode.request): Promise<unknown> {
    return this.callWith(copyOf(request));
  }

  /** Makes a call with this very object. */
  async callWith(request: Request): Promise<unknown> {
    return this.#parts.mode.read(await this.ask(request));
  }

  /** Makes a call that may fail. */
  async settle(request?: Request): Promise<PromiseSettledResult<unknown>> {
    const [settled] = await Promise.allSettled([this.call(request)]);
    return settled;
  }

  /** Makes a call, and gives the SDK's result: the response, or a stream that is not read yet. */
  async ask(request: Request): Promise<unknown> {
    const { client, mode } = this.#parts;
    return mode.ask(client, request);
  }

  /** Opens a stream whose chunks the test reads itself. */
  async stream(signal?: AbortSignal): Promise<AsyncIterator<unknown>> {
    const { client, mode } = this.#parts;
    const stream = await openStream(client, copyOf(mode.request), signal);
    return stream[Symbol.asyncIterator]();
  }

  /** Waits until everything is written that the cache writes after an answer. */
  async flush(): Promise<void> {
    await pause(5);
    await this.#parts.cache.close();
  }

  async close(): Promise<void> {
    await this.#parts.client.close?.();
    await this.#parts.cache.close();
  }
}
