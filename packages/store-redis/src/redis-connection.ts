import { setTimeout as delay } from 'node:timers/promises';
import type { RedisClientType } from '@keyv/redis';
import { createRedisClient } from './create-redis-client.ts';
import { startHeartbeat } from './heartbeat.ts';
import { OperationGate } from './operation-gate.ts';
import type { RedisSettings } from './redis-store-options.ts';
import { RedisUnavailableError } from './redis-unavailable-error.ts';

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2000;

/** One client for the life of a store: connects by itself, again and again, and holds nobody up meanwhile. */
export class RedisConnection {
  /** For the adapter to listen to; operations take `readyClient()`. */
  readonly client: RedisClientType;
  readonly #report: (error: Error) => void;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #gate: OperationGate;
  #attempt: Promise<void>;
  #fault: Error | undefined;
  #failures = 0;
  #pause: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  /** Connects without being waited for. `report` is told of an outage once, whatever its length. */
  constructor(settings: RedisSettings, report: (error: Error) => void) {
    const { connectTimeout, pingInterval, socketTimeout } = settings;
    this.#report = report;
    this.client = createRedisClient(settings);
    this.client.on('ready', () => this.#onReady());
    this.client.on('error', (error) => this.#onError(error));
    this.#heartbeat = startHeartbeat(this.client, {
      interval: pingInterval,
      patience: socketTimeout,
      onSilence: () => this.#drop(),
    });
    this.#attempt = this.#connect();
    const patience = delay(connectTimeout, undefined, { ref: false });
    this.#gate = new OperationGate(this.client, Promise.race([this.#attempt, patience]));
  }

  /** @throws RedisUnavailableError while there is no connection */
  readyClient(): RedisClientType {
    if (this.client.isReady) return this.client;
    throw new RedisUnavailableError(this.#fault);
  }

  /** The first operations wait for the first attempt to connect, and none later waits for any. */
  run<Answer>(operation: () => Promise<Answer>): Promise<Answer> {
    return this.#gate.run(operation);
  }

  /** Drops the connection with whatever waits on it. As often as you like. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #connect(): Promise<void> {
    this.#pause = undefined;
    await this.client.connect().catch((error) => this.#onError(error));
  }

  #onReady(): void {
    this.#fault = undefined;
    this.#failures = 0;
  }

  #onError(error: Error): void {
    const isNew = this.#fault?.message !== error.message;
    this.#fault = error;
    if (this.#closing !== undefined) return;
    if (isNew) this.#report(error);
    // The client tells of a loss twice, before it has closed and after.
    if (!this.client.isOpen) this.#pause ??= this.#reconnectLater();
  }

  #drop(): void {
    if (!this.client.isReady) return;
    this.client.destroy();
    this.#onError(new Error('Redis does not answer.'));
  }

  #reconnectLater(): NodeJS.Timeout {
    const longest = Math.min(FIRST_PAUSE * 2 ** this.#failures, LONGEST_PAUSE);
    this.#failures += 1;
    const connect = () => {
      this.#attempt = this.#connect();
    };
    return setTimeout(connect, longest * (0.5 + Math.random() / 2)).unref();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#pause);
    clearInterval(this.#heartbeat);
    // The client forgets a socket that is just connecting, and would leave it open.
    if (!this.client.isReady) await this.#attempt;
    if (this.client.isOpen) this.client.destroy();
  }
}
