import { entryProvenance } from '../response/entry-provenance.ts';
import type { Call } from './call.ts';
import type { CallInfo } from './call-info.ts';
import type { Landed } from './landed.ts';

/** One caller's answer: its own copy of the response, and what became of the request. */
export interface Answer<Response> {
  readonly response: Response;
  /** Waits for the write, for as long as a write may take; the response itself never does. */
  info(): Promise<CallInfo>;
}

/** Where the store answers in the call itself, so does the cache. */
export type Answered<Response> = Answer<Response> | Promise<Answer<Response>>;

/** The answer to a request that went past the cache. */
export function bypassAnswer<Response>(response: Response): Answer<Response> {
  const info = {
    outcome: 'bypass',
    collapsed: false,
    stored: false,
    age: 0,
    ttl: 0,
  } as const;
  return { response, info: async () => info };
}

/** One share of what a flight brought home. */
export class SharedAnswer<Response> implements Answer<Response> {
  readonly response: Response;
  readonly #call: Call<Response>;
  readonly #landed: Landed;
  readonly #key: string;
  readonly #leads: boolean;
  readonly #at: number;

  constructor(
    call: Call<Response>,
    landed: Landed,
    circumstances: {
      readonly key: string;
      /** This request made the flight; the others joined it. */
      readonly leads: boolean;
      readonly at: number;
    },
  ) {
    this.#call = call;
    this.#landed = landed;
    this.#key = circumstances.key;
    this.#leads = circumstances.leads;
    this.#at = circumstances.at;
    this.response = this.#respond();
  }

  async info(): Promise<CallInfo> {
    const { outcome, header, stored } = this.#landed;
    return {
      outcome,
      collapsed: this.#isCollapsed,
      stored: await stored,
      key: this.#key,
      age: this.#age,
      ttl: header === undefined ? this.#call.policy.ttl : Math.max(0, header.freshUntil - this.#at),
      saved: this.#saved,
    };
  }

  /** Joined a call that was under way; who came when the answer was there has a hit. */
  get #isCollapsed(): boolean {
    const { outcome, arrival } = this.#landed;
    return !this.#leads && !(outcome === 'hit' && arrival !== undefined);
  }

  get #age(): number {
    const { header, arrival, outcome } = this.#landed;
    if (header !== undefined) return this.#at - header.storedAt;
    return outcome === 'hit' && arrival !== undefined ? this.#at - arrival.at : 0;
  }

  get #saved(): CallInfo['saved'] {
    const { header, arrival, outcome } = this.#landed;
    if (outcome === 'miss' && !this.#isCollapsed) return undefined;
    return { usage: (header ?? arrival)?.usage, milliseconds: (header ?? arrival)?.took };
  }

  #respond(): Response {
    const { own, captured, outcome, header } = this.#landed;
    // The leader's copy was made by this very call, hence of its type.
    if (this.#leads && own !== undefined) return own.response as Response;
    if (captured === undefined) throw new TypeError('A response for one caller reached another.');
    const { signal, codec } = this.#call;
    const entry = header === undefined ? { signal } : entryProvenance(this.#call, header);
    return codec.restore(captured, { outcome, age: this.#age, ...entry });
  }
}
