import type { RedisConnection } from './redis-connection.ts';

/** Lets operations through once the first attempt to connect is over, and keeps the process while they run. */
export class OperationGate {
  /** Nothing once the first attempt is over. */
  opening: Promise<void> | undefined;
  readonly #connection: RedisConnection;
  #running = 0;

  constructor(connection: RedisConnection, firstAttempt: Promise<unknown>) {
    this.#connection = connection;
    this.opening = firstAttempt.then(() => {
      this.opening = undefined;
    });
  }

  enter(): void {
    this.#running += 1;
    if (this.#running === 1) this.holdProcess();
  }

  leave(): void {
    this.#running -= 1;
    if (this.#running === 0) this.holdProcess();
  }

  /** For a new connection, too. */
  holdProcess(): void {
    const { client, isReady } = this.#connection;
    if (!isReady) return; // a dead socket gathers a listener from every call
    if (this.#running > 0) client.ref();
    else client.unref();
  }
}
