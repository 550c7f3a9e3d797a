import type { RedisConnection } from './redis-connection.ts';

export interface HeartbeatTimes {
  /** Milliseconds between two pings. */
  readonly pingInterval: number;
  /** Milliseconds an answer may take. */
  readonly patience: number;
}

/** Pings one connection again and again; see {@link startHeartbeat}. */
class Heartbeat {
  readonly #connection: RedisConnection;
  /** Beats without an answer until the server counts as gone. */
  readonly #most: number;
  #unanswered = 0;

  constructor(connection: RedisConnection, most: number) {
    this.#connection = connection;
    this.#most = most;
  }

  beat(): void {
    if (!this.#connection.isReady) this.#unanswered = 0;
    else if (this.#unanswered === 0) void this.#ping();
    else this.#miss();
  }

  async #ping(): Promise<void> {
    this.#unanswered = 1;
    await this.#connection.client.ping().catch(() => {}); // refused is answered, and lost is an event
    this.#unanswered = 0;
  }

  /** Counted in beats, and not by the clock: a process that was busy has not listened. */
  #miss(): void {
    this.#unanswered += 1;
    if (this.#unanswered <= this.#most) return;
    this.#connection.drop(new Error('Socket timeout: the server does not answer.'));
  }
}

/**
 * Pings the connection, and drops it when no answer comes. Keeps no process alive, as the client's own pings
 * would; and the socket's own timeout drops what it had no time to read.
 */
export function startHeartbeat(
  connection: RedisConnection,
  { pingInterval, patience }: HeartbeatTimes,
): NodeJS.Timeout {
  const heartbeat = new Heartbeat(connection, Math.ceil(patience / pingInterval));
  return setInterval(() => heartbeat.beat(), pingInterval).unref();
}
