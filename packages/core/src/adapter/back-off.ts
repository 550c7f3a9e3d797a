import type { CallIdentity } from '../key/call-identity.ts';

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
/** Providers and models remembered: a bound, since models are the caller's words. */
const MOST = 1_000;

interface Rest {
  readonly pause: number;
  readonly until: number;
}

type Asked = Pick<CallIdentity, 'provider' | 'model'>;

const nameOf = ({ provider, model }: Asked) => JSON.stringify([provider, model]);

/** Which providers have just failed: where there is an older answer, they are left alone for a while. */
export class BackOff {
  readonly #now: () => number;
  readonly #rests = new Map<string, Rest>();

  constructor(now: () => number) {
    this.#now = now;
  }

  isResting(asked: Asked): boolean {
    const rest = this.#rests.size === 0 ? undefined : this.#rests.get(nameOf(asked));
    return rest !== undefined && this.#now() < rest.until;
  }

  failed(asked: Asked): void {
    const name = nameOf(asked);
    const rest = this.#rests.get(name);
    // Calls that were under way when it failed say nothing new.
    if (rest !== undefined && this.#now() < rest.until) return;
    const pause = Math.min(rest === undefined ? FIRST_PAUSE : rest.pause * 2, LONGEST_PAUSE);
    if (this.#rests.size >= MOST) this.#rests.clear();
    this.#rests.set(name, { pause, until: this.#now() + pause });
  }

  succeeded(asked: Asked): void {
    if (this.#rests.size > 0) this.#rests.delete(nameOf(asked));
  }
}
