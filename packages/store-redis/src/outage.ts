import { startTimer } from '@cached-llm/core/store';
import { RedisUnavailableError } from './redis-errors.ts';

/** These say that a socket is closed, and no more. */
const VAGUE: ReadonlySet<string> = new Set(['OFFLINE', 'ECONNRESET', 'EPIPE']);
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2000;

export interface OutageOptions {
  readonly reconnect: () => void;
  /** Milliseconds between two attempts while the fault is permanent. */
  readonly refusalInterval: number;
  /** Gets each kind of fault once in an outage, however long it lasts. */
  readonly onFault: (fault: RedisUnavailableError) => void;
}

/** What is wrong from the loss of a connection until all is well again, and when the next attempt is due. */
export class Outage {
  readonly #options: OutageOptions;
  readonly #reported = new Set<string>();
  #fault: RedisUnavailableError | undefined;
  #failures = 0;
  #cancelAttempt: (() => void) | undefined;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  /** A cause and no error, because each operation that rejects needs an error of its own. */
  get cause(): unknown {
    return this.#fault?.cause;
  }

  /** Returns the fault to go by: a closed socket says less than what is known already. */
  note(cause: unknown): RedisUnavailableError {
    const latest = new RedisUnavailableError(cause);
    const fault = VAGUE.has(latest.code) ? (this.#fault ?? latest) : latest;
    this.#fault = fault;
    if (!this.#reported.has(fault.code)) this.#options.onFault(fault);
    this.#reported.add(fault.code);
    return fault;
  }

  /** Tries again after a pause that grows, unless an attempt is due already. */
  reconnectLater(fault: { readonly isPermanent: boolean }): void {
    this.#cancelAttempt ??= startTimer(this.#pauseAfter(fault), () => {
      this.#cancelAttempt = undefined;
      this.#options.reconnect();
    });
  }

  /** All is well: the next fault is reported again, and the next pause is the shortest. */
  end(): void {
    this.#fault = undefined;
    this.#reported.clear();
    this.#failures = 0;
  }

  stop(): void {
    this.#cancelAttempt?.();
  }

  #pauseAfter({ isPermanent }: { readonly isPermanent: boolean }): number {
    if (isPermanent) return this.#options.refusalInterval;
    const longest = Math.min(FIRST_PAUSE * 2 ** this.#failures, LONGEST_PAUSE);
    this.#failures += 1;
    // With jitter, so that processes that lost the same server do not return to it at the same moment.
    return longest * (0.5 + Math.random() / 2);
  }
}
