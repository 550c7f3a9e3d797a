import { isOutage, type ProviderBackOff } from '../adapter/index.ts';
import type { EntryStore } from '../entry-store/index.ts';
import type { CacheEventEmitter } from '../events/index.ts';
import { type Flight, leading } from '../flight/index.ts';
import type { Capture } from '../response/index.ts';
import { type Landed, StreamArrival } from './answer.ts';
import type { Look } from './look-up.ts';
import type { Request } from './request.ts';
import { Keeper } from './store-answer.ts';

export interface Attempt {
  readonly capture: Capture<unknown>;
  /** Milliseconds. */
  readonly took: number;
}

interface Landing extends Attempt {
  readonly flight: Flight<Landed>;
}

export interface ProviderCallParts {
  readonly entries: EntryStore;
  readonly events: CacheEventEmitter;
  readonly now: () => number;
  readonly backOff: ProviderBackOff;
  /** Is this flight still the one for its key? */
  readonly isCurrent: (flight: Flight<Landed>, request: Request) => boolean;
}

const NO = Promise.resolve(false);

/** The call that a miss makes, from asking to keeping. */
export class ProviderCall {
  readonly #now: () => number;
  readonly #isCurrent: ProviderCallParts['isCurrent'];
  readonly #keeper: Keeper;
  readonly #backOff: ProviderBackOff;

  constructor({ entries, events, now, backOff, isCurrent }: ProviderCallParts) {
    this.#now = now;
    this.#backOff = backOff;
    this.#isCurrent = isCurrent;
    this.#keeper = new Keeper(entries, events, now);
  }

  /** Asks the provider, and takes its answer in. */
  async attempt(request: Request, flight: Flight<Landed>): Promise<Attempt> {
    const { identity } = request.call;
    try {
      const made = await this.#ask(request, flight);
      if (made.capture.isOutage === true) this.#backOff.failed(identity);
      else this.#backOff.succeeded(identity);
      return made;
    } catch (error) {
      if (isOutage(error)) this.#backOff.failed(identity);
      throw error;
    }
  }

  async #ask({ call, address }: Request, flight: Flight<Landed>): Promise<Attempt> {
    const startedAt = this.#now();
    const { signal } = flight;
    signal.throwIfAborted(); // all callers left during the look-up
    const response = await leading(address.key, () => call.invoke(signal));
    const capture = await call.codec.capture(response);
    return { capture, took: this.#now() - startedAt };
  }

  /** The answer goes to the caller at once, and into the store behind its back. */
  arrive(request: Request, { tagStates }: Look, landing: Landing): Landed {
    const { capture, took, flight } = landing;
    const isCurrent = () => this.#isCurrent(flight, request);
    const stored = this.#keeper.keep({ ...request, tagStates, took, isCurrent }, capture);
    flight.holdUntil(stored);
    this.#watch(capture, flight);
    const { captured, response, facts } = capture;
    const at = this.#now();
    if (captured?.kind === 'recording') {
      const arrival = new StreamArrival(captured.recording, { at, took });
      return { outcome: 'miss', captured, stored: NO, arrival };
    }
    const isKept = () => facts.rejection === undefined;
    const arrival = { at, took, usage: facts.usage, isKept };
    return { outcome: 'miss', captured, own: { response }, stored, arrival };
  }

  /** The readers of a stream leave the stream, not the flight: it learns of the last one's leaving here. */
  #watch({ captured }: Capture<unknown>, flight: Flight<Landed>): void {
    if (captured?.kind !== 'recording') return;
    void captured.recording.ended.then(({ rejection }) => {
      if (rejection === 'left') flight.abandon();
    });
  }
}
