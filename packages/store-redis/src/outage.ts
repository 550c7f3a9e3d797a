import { RedisUnavailableError } from './redis-unavailable-error.ts';

/** What is wrong, from the loss of a connection until all is well again; each kind of fault is told once. */
export class Outage {
  readonly #tell: (fault: RedisUnavailableError) => void;
  readonly #told = new Set<string>();
  #fault: RedisUnavailableError | undefined;

  constructor(tell: (fault: RedisUnavailableError) => void) {
    this.#tell = tell;
  }

  /** For an error of its own to each who asks. */
  get cause(): unknown {
    return this.#fault?.cause;
  }

  /** What it amounts to: that a socket is closed says less than what was said before. */
  note(cause: unknown): RedisUnavailableError {
    const latest = new RedisUnavailableError(cause);
    const fault = latest.code === 'OFFLINE' ? (this.#fault ?? latest) : latest;
    this.#fault = fault;
    if (!this.#told.has(fault.code)) this.#tell(fault);
    this.#told.add(fault.code);
    return fault;
  }

  end(): void {
    this.#fault = undefined;
    this.#told.clear();
  }
}
