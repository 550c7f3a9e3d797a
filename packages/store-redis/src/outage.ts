import { RedisUnavailableError } from './redis-errors.ts';

/** That a socket is closed, and no more. */
const VAGUE: ReadonlySet<string> = new Set(['OFFLINE', 'ECONNRESET', 'EPIPE']);

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

  /** What it amounts to: a socket that is closed says less than what was said before. */
  note(cause: unknown): RedisUnavailableError {
    const latest = new RedisUnavailableError(cause);
    const fault = VAGUE.has(latest.code) ? (this.#fault ?? latest) : latest;
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
