import { type Counting, countCall, countEvent, type Work } from '../ledger/count-event.ts';
import { Emitter } from './emitter.ts';
import type { CacheEvents, EventName } from './events.ts';

/** Counts what happens and tells who listens: one place for both, so that they agree. */
export class Reporter {
  readonly emitter = new Emitter();
  readonly #counting: Counting;

  constructor(counting: Counting) {
    this.#counting = counting;
  }

  /** Counts what a call cost. Who listens is told when it is known whether the answer is kept. */
  spend(work: Work, rejection: string | undefined): void {
    countCall(this.#counting, work, rejection);
  }

  tell<Name extends EventName>(name: Name, event: CacheEvents[Name]): void {
    countEvent(this.#counting, name, event);
    this.emitter.emit(name, event);
  }
}
