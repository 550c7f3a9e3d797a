import type { EntryHeader } from '../words/entry.ts';
import type { Call, CallInfo, Captured, Outcome } from './call.ts';

/** What a flight brings home for everyone on it. */
export interface Landed {
  readonly outcome: Exclude<Outcome, 'bypass'>;
  /** Of the entry that answered; nothing on a live answer. */
  readonly header?: EntryHeader | undefined;
  /** Nothing where the answer can be given to the leader only. */
  readonly captured?: Captured | undefined;
  /** The leader's own copy. */
  readonly own?: { readonly response: unknown } | undefined;
  readonly stored: Promise<boolean>;
}

/** One caller's answer: its own copy of the response, and what became of the request. */
export interface Answer<Response> {
  readonly response: Response;
  /** Waits for the write, for as long as a write may take; the response itself never does. */
  info(): Promise<CallInfo>;
}

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
  readonly #collapsed: boolean;
  readonly #at: number;

  constructor(
    call: Call<Response>,
    landed: Landed,
    circumstances: {
      readonly key: string;
      readonly collapsed: boolean;
      readonly at: number;
    },
  ) {
    this.#call = call;
    this.#landed = landed;
    this.#key = circumstances.key;
    this.#collapsed = circumstances.collapsed;
    this.#at = circumstances.at;
    this.response = this.#respond();
  }

  async info(): Promise<CallInfo> {
    const { outcome, header, stored } = this.#landed;
    return {
      outcome,
      collapsed: this.#collapsed,
      stored: await stored,
      key: this.#key,
      age: this.#age,
      ttl: header === undefined ? this.#call.policy.ttl : Math.max(0, header.freshUntil - this.#at),
      saved: header && { usage: header.usage, milliseconds: header.took },
    };
  }

  get #age(): number {
    return this.#landed.header === undefined ? 0 : this.#at - this.#landed.header.storedAt;
  }

  #respond(): Response {
    const { own, captured, outcome } = this.#landed;
    // The leader's copy was made by this very call, hence of its type.
    if (!this.#collapsed && own !== undefined) return own.response as Response;
    if (captured === undefined) throw new TypeError('A response for one caller reached another.');
    const { signal, codec } = this.#call;
    return codec.restore(captured, { outcome, age: this.#age, signal });
  }
}
