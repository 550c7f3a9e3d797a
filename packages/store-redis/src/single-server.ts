import { setTimeout as delay } from 'node:timers/promises';
import type { RedisClientType } from '@keyv/redis';
import { startHeartbeat } from './heartbeat.ts';
import { OperationGate } from './operation-gate.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisUnavailableError } from './redis-errors.ts';
import { RedisRefusedError } from './redis-refused-error.ts';
import type { Command, RedisServers } from './redis-servers.ts';
import { type Address, addressOf } from './redis-url.ts';
import type { RedisSettings } from './resolve-options.ts';
import { type Texts, textsUnder } from './texts-under.ts';

export interface ServerOptions {
  readonly settings: RedisSettings;
  /** The server's URL as it is now. @default always that of the settings */
  readonly locate?: () => Promise<string>;
  /** @default nobody is told */
  readonly onReady?: () => void;
  /** Told of each kind of fault once in an outage, whatever its length. */
  readonly onFault: (fault: RedisUnavailableError) => void;
}

/** All rows are on one server, which may move. */
export class SingleServer implements RedisServers {
  readonly #connection: RedisConnection;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #gate: OperationGate;
  readonly #canMove: boolean;
  readonly #url: string;

  constructor({ settings, locate, onReady, onFault }: ServerOptions) {
    const { connectTimeout, pingInterval, socketTimeout, url } = settings;
    const connection = new RedisConnection({
      settings,
      locate: locate ?? (() => url),
      onReady: () => {
        this.#gate.holdProcess();
        onReady?.();
      },
      onFault,
    });
    this.#url = url;
    this.#connection = connection;
    this.#canMove = locate !== undefined;
    this.#heartbeat = startHeartbeat(connection, { pingInterval, patience: socketTimeout });
    const patience = delay(connectTimeout, undefined, { ref: false });
    this.#gate = new OperationGate(connection, Promise.race([connection.attempt, patience]));
  }

  get client(): RedisClientType {
    return this.#connection.client;
  }

  get address(): Address {
    return addressOf(this.#url);
  }

  get isReady(): boolean {
    return this.#connection.isReady;
  }

  /** The first operations wait for the first attempt to connect, and none later waits for any. */
  async ask<Answer>(_key: string, command: Command<Answer>): Promise<Answer> {
    this.#gate.enter();
    try {
      if (this.#gate.opening !== undefined) await this.#gate.opening;
      return await command(this.#connection.readyClient());
    } catch (error) {
      throw this.#faultOf(error);
    } finally {
      this.#gate.leave();
    }
  }

  async texts(keys: readonly string[]): Promise<Texts> {
    return keys.length === 0 ? [] : this.ask('', textsUnder(keys));
  }

  async masters(): Promise<readonly RedisServers[]> {
    return [this];
  }

  close(): Promise<void> {
    clearInterval(this.#heartbeat);
    return this.#connection.close();
  }

  #faultOf(error: unknown): unknown {
    if (error instanceof RedisUnavailableError || error instanceof TypeError) return error;
    if (!this.#connection.isReady) return new RedisUnavailableError(error);
    const refusal = new RedisRefusedError(error);
    // The master of yesterday: who is it now?
    if (this.#canMove && refusal.code === 'READONLY') this.#connection.drop(error);
    return refusal;
  }
}
