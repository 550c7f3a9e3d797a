import type { RedisClientType } from '@keyv/redis';

/** Lets operations through once the first attempt to connect is over, and keeps the process while they run. */
export class OperationGate {
  readonly #client: RedisClientType;
  readonly #firstAttempt: Promise<void>;
  #isFirstAttempt = true;
  #running = 0;

  constructor(client: RedisClientType, firstAttempt: Promise<unknown>) {
    this.#client = client;
    client.on('ready', () => this.#holdProcess());
    this.#firstAttempt = firstAttempt.then(() => {
      this.#isFirstAttempt = false;
    });
  }

  async run<Answer>(operation: () => Promise<Answer>): Promise<Answer> {
    this.#running += 1;
    this.#holdProcess();
    try {
      if (this.#isFirstAttempt) await this.#firstAttempt;
      return await operation();
    } finally {
      this.#running -= 1;
      this.#holdProcess();
    }
  }

  #holdProcess(): void {
    if (!this.#client.isReady) return; // a dead socket gathers a listener from every call
    if (this.#running > 0) this.#client.ref();
    else this.#client.unref();
  }
}
