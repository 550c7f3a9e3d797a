import { addressOf, isBypass } from '../entry-store/address.ts';
import type { EntryStore } from '../entry-store/entry-store.ts';
import type { BypassReason } from '../events/events.ts';
import type { Reporter } from '../events/reporter.ts';
import { replayBypass } from '../inspection/replay-miss.ts';
import type { Answer, Answered } from './answer.ts';
import type { Asking, Bypass, Call } from './call.ts';
import { goPast } from './go-past.ts';
import type { Pipeline } from './pipeline.ts';

export interface AnsweringParts {
  readonly entries: EntryStore;
  readonly pipeline: Pipeline;
  readonly reporter: Reporter;
}

/** What the user, or the endpoint, takes out of the cache's hands is called in every mode. */
const LIVE: ReadonlySet<BypassReason> = new Set<BypassReason>(['when', 'endpoint']);

/** What doors ask of a cache: each request has an address, or goes past it. */
export class Answering {
  readonly #entries: EntryStore;
  readonly #pipeline: Pipeline;
  readonly #reporter: Reporter;

  constructor({ entries, pipeline, reporter }: AnsweringParts) {
    this.#entries = entries;
    this.#pipeline = pipeline;
    this.#reporter = reporter;
  }

  /** Takes one request through the cache. Doors build the call; see `cachedLlmCall` for functions. */
  answer<Response>(call: Asking<Response>): Answered<Response> {
    const address = addressOf(this.#entries, call.identity, call.policy);
    if (isBypass(address)) return this.#goPast(call, address);
    // An identity that is a bypass has no address.
    return this.#pipeline.answer(call as Call<Response>, address);
  }

  /** The key of a call; nothing for one that goes past the cache. */
  keyOf({ identity, policy }: Asking<unknown>): string | undefined {
    const address = addressOf(this.#entries, identity, policy);
    return isBypass(address) ? undefined : address.key;
  }

  /** The stored response, without a call, an event or a count; nothing where there is none to serve. */
  async peek<Response>(call: Asking<Response>): Promise<Response | undefined> {
    const address = addressOf(this.#entries, call.identity, call.policy);
    if (isBypass(address)) return undefined;
    const { answer, state } = await this.#pipeline.look({
      call: call as Call<Response>,
      address,
    }); // has an address
    // The look-up decoded it with this very call's codec.
    return state === 'expired' ? undefined : (answer?.own?.response as Response | undefined);
  }

  async #goPast<Response>(call: Asking<Response>, why: Bypass): Promise<Answer<Response>> {
    const { bypass, ...where } = why;
    this.#reporter.tell('bypass', { reason: bypass, ...where });
    if (call.policy.mode === 'replay' && !LIVE.has(bypass)) {
      this.#reporter.tell('replay-miss', { reason: bypass, ...where });
      throw replayBypass(why);
    }
    return goPast(call);
  }
}
