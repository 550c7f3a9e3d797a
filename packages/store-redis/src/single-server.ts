import { startDeadline } from '@cached-llm/core/store';
import type { RedisClientType } from '@keyv/redis';
import { type ConnectionOptions, RedisConnection } from './redis-connection.ts';
import { RedisRefusedError, RedisUnavailableError } from './redis-errors.ts';
import { type Command, mget, type RedisServers, type Texts } from './redis-servers.ts';
import { type Address, addressOf } from './redis-url.ts';

/** Milliseconds between two attempts to find a master in place of a replica. */
const LEAVE_EVERY = 2_000;

export interface SingleServerOptions extends Omit<ConnectionOptions, 'onReady'> {
  readonly onReady?: () => void;
}

/** All rows are on one server, which may move if it has a `locate`. The process stays alive while operations run. */
export class SingleServer implements RedisServers {
  readonly address: Address;
  readonly #connection: RedisConnection;
  readonly #canMove: boolean;
  /** Settles with the first attempt to connect, and is nothing from then on. */
  #opening: Promise<void> | undefined;
  #running = 0;
  #leftAt = Number.NEGATIVE_INFINITY;

  constructor({ onReady, ...options }: SingleServerOptions) {
    const { connectTimeout, url } = options.settings;
    this.address = addressOf(url);
    this.#canMove = options.locate !== undefined;
    this.#connection = new RedisConnection({
      ...options,
      onReady: () => {
        this.#refSocket();
        onReady?.();
      },
    });
    const timeout = new Promise<void>((resolve) => startDeadline(connectTimeout, resolve));
    this.#opening = Promise.race([this.#connection.attempt, timeout]).then(() => {
      this.#opening = undefined;
    });
  }

  get client(): RedisClientType {
    return this.#connection.client;
  }

  get isReady(): boolean {
    return this.#connection.isReady;
  }

  /** The first operations wait for the first attempt to connect; later ones wait for none. */
  async send<Reply>(_key: string, command: Command<Reply>): Promise<Reply> {
    this.#running += 1;
    if (this.#running === 1) this.#refSocket();
    try {
      if (this.#opening !== undefined) await this.#opening;
      return await this.#connection.send(command);
    } catch (error) {
      throw this.#faultOf(error);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#refSocket();
    }
  }

  async mget(keys: readonly string[]): Promise<Texts> {
    return keys.length === 0 ? [] : this.send('', mget(keys));
  }

  groupsOf(keys: readonly string[]): readonly (readonly string[])[] {
    return keys.length === 0 ? [] : [keys];
  }

  async masters(): Promise<readonly RedisServers[]> {
    return [this];
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #refSocket(): void {
    const { client, isReady } = this.#connection;
    if (!isReady) return; // each call would add a listener to a closed socket
    if (this.#running > 0) client.ref();
    else client.unref();
  }

  #faultOf(error: unknown): unknown {
    if (error instanceof RedisUnavailableError || error instanceof TypeError) return error;
    if (!this.#connection.isReady) return new RedisUnavailableError(error);
    const refusal = new RedisRefusedError(error);
    if (refusal.code === 'READONLY') this.#leaveReplica(error);
    return refusal;
  }

  /**
   * This server was the master, and is a replica now. The next attempt finds the new master: sentinels name it, or the
   * name of the host has another address. Until then the replica is still read, so it is not left too often.
   */
  #leaveReplica(error: unknown): void {
    const now = performance.now();
    if (!this.#canMove && now - this.#leftAt < LEAVE_EVERY) return;
    this.#leftAt = now;
    this.#connection.drop(error);
  }
}
