import { BoundedMap, type CallIdentity } from '../key/index.ts';

/** Milliseconds. Each further failure doubles the pause, up to the longest. */
const FIRST_PAUSE = 1_000;

const LONGEST_PAUSE = 60_000;

/** A bound, because the names of models and scopes are the user's. */
const MAX_KNOWN_MODELS = 1_000;

interface Pause {
  readonly milliseconds: number;
  readonly until: number;
}

/** Another host, another operation and another tenant's account may answer while this one does not. */
interface AskedModel {
  readonly call: { readonly identity: Pick<CallIdentity, 'provider' | 'operation' | 'model'> };
  readonly address: { readonly scope: string };
}

const nameOf = ({ call: { identity }, address: { scope } }: AskedModel) =>
  JSON.stringify([identity.provider, identity.operation, identity.model, scope]);

/** The models that have just failed. Where an older answer can be served, they are not called for a while. */
export class ProviderBackOff {
  readonly #now: () => number;
  readonly #pauses = new BoundedMap<string, Pause>(MAX_KNOWN_MODELS);

  constructor(now: () => number) {
    this.#now = now;
  }

  isBackingOff(asked: AskedModel): boolean {
    // An empty map is not asked, because a name takes as long as all else.
    return this.#pauses.size > 0 && this.#isPaused(this.#pauses.get(nameOf(asked)));
  }

  failed(asked: AskedModel): void {
    const name = nameOf(asked);
    const last = this.#pauses.get(name);
    // A call that was under way when another one failed adds nothing.
    if (this.#isPaused(last)) return;
    const milliseconds = last === undefined ? FIRST_PAUSE : last.milliseconds * 2;
    const pause = Math.min(milliseconds, LONGEST_PAUSE);
    this.#pauses.set(name, { milliseconds: pause, until: this.#now() + pause });
  }

  succeeded(asked: AskedModel): void {
    if (this.#pauses.size > 0) this.#pauses.delete(nameOf(asked));
  }

  #isPaused(pause: Pause | undefined): boolean {
    if (pause === undefined) return false;
    const left = pause.until - this.#now();
    return left > 0 && left <= pause.milliseconds; // more is left only where the clock was set back
  }
}
