import type { RedisClientType } from '@keyv/redis';
import type { ConnectionOptions } from './connection-options.ts';
import { greet } from './greet.ts';
import { Outage } from './outage.ts';
import { createRedisClient } from './redis-client.ts';
import { RedisUnavailableError } from './redis-errors.ts';
import { RetryTimer } from './retry-timer.ts';

/** The one connection to a server: connects from now on, again and again, and holds nobody up meanwhile. */
export class RedisConnection {
  readonly #options: ConnectionOptions;
  readonly #retry: RetryTimer;
  readonly #outage: Outage;
  #url = '';
  #client: RedisClientType;
  #isGreeted = false;
  #closing: Promise<void> | undefined;
  #attempt: Promise<void>;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#client = this.#clientAt(options.settings.url);
    this.#retry = new RetryTimer(options.settings.refusalInterval);
    this.#outage = new Outage(options.onFault);
    this.#attempt = this.#connect();
  }

  /** Another one where the server has moved. */
  get client(): RedisClientType {
    return this.#client;
  }

  get isReady(): boolean {
    return this.#isGreeted && this.#client.isReady;
  }

  /** Over with the attempt to connect that is under way, or was the last. */
  get attempt(): Promise<void> {
    return this.#attempt;
  }

  /** @throws RedisUnavailableError while there is no connection */
  readyClient(): RedisClientType {
    if (this.isReady) return this.#client;
    throw new RedisUnavailableError(this.#outage.cause);
  }

  /** Gives the connection up, with what waits on it, for a new one. */
  drop(cause: unknown): void {
    if (!this.#client.isReady) return;
    this.#client.destroy();
    this.#fail(cause);
  }

  /** Ends the connection, and what waits on it rejects. As often as you like. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #clientAt(url: string): RedisClientType {
    this.#url = url;
    const settings = { ...this.#options.settings, url };
    return createRedisClient(settings).on('error', (error) => this.#fail(error));
  }

  async #connect(): Promise<void> {
    this.#isGreeted = false;
    try {
      const url = await this.#options.locate();
      if (this.#closing !== undefined) return;
      if (url !== this.#url) this.#client = this.#clientAt(url);
      await greet(this.#client, this.#options.settings);
      this.#isGreeted = true;
      this.#outage.end();
      this.#retry.reset();
      this.#options.onReady();
    } catch (error) {
      if (this.#client.isOpen) this.#client.destroy(); // it was let in, and not greeted
      this.#fail(error);
    }
  }

  #fail(cause: unknown): void {
    if (this.#closing !== undefined) return;
    const fault = this.#outage.note(cause);
    // The client tells of a loss twice, before it has closed and after.
    if (this.#client.isOpen) return;
    this.#retry.start(() => {
      this.#attempt = this.#connect();
    }, fault);
  }

  async #close(): Promise<void> {
    this.#retry.stop();
    // The client forgets a socket that is just connecting, and would leave it open.
    if (!this.#client.isReady) await this.#attempt;
    if (this.#client.isOpen) this.#client.destroy();
  }
}
