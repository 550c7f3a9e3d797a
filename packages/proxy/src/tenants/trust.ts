/** A credential at an upstream: where it works is known for each upstream by itself. */
export interface Place {
  /** The host of the upstream, with its port. */
  readonly upstream: string;
  /** The digest of the credential. */
  readonly credential: string;
}

export interface TrustOptions {
  /** Milliseconds for which a credential that worked is believed. Infinity asks for no sign that it works, and 0 is never. */
  readonly trust: number;
  /** Milliseconds; only differences count. @default performance.now */
  readonly now?: () => number;
}

/** After a check that confirmed nothing, calls to the provider decide, and no check is made for so long. */
const CHECK_AGAIN_AFTER = 60_000;

/** Credentials are few; somebody who tries keys by the thousand fills no memory. */
const MOST_PLACES = 10_000;

/** What a provider answers to a credential that it does not accept, or not for this. */
const REFUSED: ReadonlySet<number> = new Set([401, 403]);

const isSuccess = (status: number) => status >= 200 && status < 300;

/**
 * When each credential was last seen to work. A revoked key must not live on hits: a caller gets an answer from the store only if
 * the provider accepted the same credential lately. Where nobody knows, the provider's cheap check is asked, and otherwise the call
 * is made, so that the provider decides. Nothing here refuses a call.
 */
export class Trust {
  readonly #options: Required<TrustOptions>;
  readonly #workedAt = new Map<string, number>();
  readonly #unconfirmedAt = new Map<string, number>();
  readonly #checks = new Map<string, Promise<boolean>>();

  constructor({ trust, now = () => performance.now() }: TrustOptions) {
    this.#options = { trust, now };
  }

  /** Did the provider accept this credential lately? */
  isTrusted(place: Place): boolean {
    if (this.#options.trust === Number.POSITIVE_INFINITY) return true;
    return this.#isWithin(this.#workedAt, keyOf(place), this.#options.trust);
  }

  /** The status of an answer of the provider's that only an accepted credential gets, such as one that was generated. */
  saw(place: Place, status: number): void {
    const key = keyOf(place);
    if (REFUSED.has(status)) this.#workedAt.delete(key);
    if (!isSuccess(status)) return;
    this.#unconfirmedAt.delete(key);
    remember(this.#workedAt, key, this.#options.now());
  }

  /**
   * Is this credential accepted? Asks the provider where it is not known, in one check for all callers at once. False
   * where the check does not say so, or cannot be made: then the call itself has to be made.
   */
  confirm(place: Place, check: (() => Promise<number>) | undefined): Promise<boolean> {
    const key = keyOf(place);
    const running = this.#checks.get(key);
    if (running !== undefined) return running;
    if (check === undefined) return Promise.resolve(false);
    if (this.#isWithin(this.#unconfirmedAt, key, CHECK_AGAIN_AFTER)) return Promise.resolve(false);
    const started = this.#check(place, check).finally(() => this.#checks.delete(key));
    this.#checks.set(key, started);
    return started;
  }

  async #check(place: Place, check: () => Promise<number>): Promise<boolean> {
    const status = await check().catch(() => 0); // the provider cannot be reached
    if (isSuccess(status)) {
      this.saw(place, status);
      return true;
    }
    remember(this.#unconfirmedAt, keyOf(place), this.#options.now());
    return false;
  }

  #isWithin(instants: ReadonlyMap<string, number>, key: string, limit: number): boolean {
    const at = instants.get(key);
    return at !== undefined && this.#options.now() - at < limit;
  }
}

const keyOf = ({ upstream, credential }: Place) => `${credential} ${upstream}`;

/** The one that was seen longest ago makes room. */
function remember(instants: Map<string, number>, key: string, at: number): void {
  instants.delete(key);
  if (instants.size >= MOST_PLACES) {
    const [oldest] = instants.keys();
    if (oldest !== undefined) instants.delete(oldest);
  }
  instants.set(key, at);
}
