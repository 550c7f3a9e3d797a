import type { EntryHeader, Usage } from '../entry/index.ts';
import type { Address } from '../entry-store/index.ts';
import type { CacheEventEmitter, Outcome } from '../events/index.ts';
import { type Captured, entryProvenance } from '../response/index.ts';
import type { Recording } from '../stream/index.ts';
import { type Call, type CallInfo, eventOf } from './request.ts';

/** What is known of an answer when the provider has given it. */
export interface LiveArrival {
  readonly at: number;
  readonly took: number;
  readonly usage: Usage | undefined;
  /** Whole, and on its way into the store: who asks now is answered from here as from there. */
  isKept(): boolean;
}

/** What a flight brings home for everyone on it. */
export interface Landed {
  readonly outcome: Exclude<Outcome, 'bypass'>;
  /** Of the entry that answered; nothing on a live answer. */
  readonly header?: EntryHeader | undefined;
  /** Of a live answer. */
  readonly arrival?: LiveArrival | undefined;
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

export interface Followed {
  readonly address: Address;
  readonly landed: Landed;
  readonly at: number;
}

/** One more share of what a flight brought home, for a request that joined it. */
export function follow<Response>(
  events: CacheEventEmitter,
  call: Call<Response>,
  { address, landed, at }: Followed,
): Answer<Response> {
  const { outcome, arrival, header } = landed;
  const { usage, took } = arrival ?? header ?? {};
  const event = { ...eventOf({ call, address }), usage, took };
  const isHit = outcome === 'hit' && arrival !== undefined;
  if (isHit) events.emit('hit', { ...event, age: at - arrival.at, waited: 0 });
  else events.emit('collapsed', event);
  return new SharedAnswer(call, landed, { key: address.key, leads: false, at });
}

/** All readers of a running stream left: what remains of it is nobody's answer. */
export function isTorso(captured: Captured | undefined): boolean {
  return captured?.kind === 'recording' && captured.recording.isAbandoned;
}

/** Whoever comes while a whole answer is still being written has it from here, as from the store. */
export function asHit(landed: Landed): Landed {
  return landed.arrival?.isKept() === true ? { ...landed, outcome: 'hit' } : landed;
}

/** What is known of a streamed answer so far: what it used, and how long it took, when it has ended. */
export class StreamArrival implements LiveArrival {
  readonly at: number;
  readonly #recording: Recording<unknown>;
  readonly #begun: number;
  #usage: Usage | undefined;

  constructor(recording: Recording<unknown>, { at, took }: Pick<LiveArrival, 'at' | 'took'>) {
    this.at = at;
    this.#recording = recording;
    this.#begun = took;
    void recording.ended.then(({ usage }) => (this.#usage = usage));
  }

  get usage(): Usage | undefined {
    return this.#usage;
  }

  get took(): number {
    return this.#begun + this.#recording.upstream.total;
  }

  isKept(): boolean {
    return this.#recording.isWhole;
  }
}
