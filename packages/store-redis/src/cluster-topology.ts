import { firstAnswer } from './first-answer.ts';
import { Outage } from './outage.ts';
import type { Redirection } from './redirection.ts';
import { RedisUnavailableError } from './redis-errors.ts';
import type { RedisSettings } from './resolve-options.ts';
import { RetryTimer } from './retry-timer.ts';
import { ServerPool } from './server-pool.ts';
import type { SingleServer } from './single-server.ts';
import { ownersOf, type SlotRange, slotRanges } from './slot-ranges.ts';

/** Which server has which slots, as the nodes say; they are asked again whenever that may have changed. */
export class ClusterTopology {
  readonly #pool: ServerPool;
  readonly #retry: RetryTimer;
  readonly #outage: Outage;
  #owners: (SingleServer | undefined)[] = [];
  #asking: Promise<void> | undefined;
  #isClosed = false;

  constructor(settings: RedisSettings, report: (fault: RedisUnavailableError) => void) {
    this.#outage = new Outage((fault) => report(this.partial(fault)));
    this.#retry = new RetryTimer(settings.refusalInterval);
    this.#pool = new ServerPool({
      settings,
      onReady: () => void this.refresh(),
      onFault: (fault) => this.#fail(fault),
    });
  }

  /** The fault, seen from the whole cluster. */
  partial(fault: RedisUnavailableError): RedisUnavailableError {
    return new RedisUnavailableError(fault.cause, { isPartial: this.#pool.ready.length > 0 });
  }

  /** @throws RedisUnavailableError where none is known */
  get masters(): SingleServer[] {
    const masters = new Set(this.#owners.filter((owner) => owner !== undefined));
    if (masters.size === 0) throw new RedisUnavailableError(this.#outage.cause);
    return [...masters];
  }

  /** @throws RedisUnavailableError where nobody is known to have the slot */
  ownerOf(slot: number): SingleServer {
    const owner = this.#owners[slot];
    if (owner === undefined) throw new RedisUnavailableError(this.#outage.cause);
    return owner;
  }

  /** The server that a node has named; for good, where the slot has moved. */
  follow({ kind, slot, address }: Redirection, from: SingleServer): SingleServer {
    const server = this.#pool.at({ ...address, host: address.host || from.address.host });
    if (kind === 'ASK') return server;
    this.#owners[slot] = server;
    void this.refresh(); // a slot seldom moves alone
    return server;
  }

  /** Asks the nodes once more, unless they are being asked. Never rejects. */
  refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry.stop();
    this.#owners = [];
    await this.#pool.close();
  }

  async #ask(): Promise<void> {
    try {
      const ranges = await firstAnswer(this.#pool.seeds().map(slotRanges));
      await this.#adopt(ranges);
      if (!this.#pool.isWhole) return this.#askAgain({ isPermanent: false });
      this.#outage.end();
      this.#retry.reset();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #adopt(ranges: readonly SlotRange[]): Promise<void> {
    this.#owners = ownersOf(ranges, this.#pool);
    await this.#pool.keep(new Set(this.#owners));
  }

  #fail(cause: unknown): void {
    if (!this.#isClosed) this.#askAgain(this.#outage.note(cause)); // a replica may have taken over
  }

  #askAgain(fault: { readonly isPermanent: boolean }): void {
    this.#retry.start(() => void this.refresh(), fault);
  }
}
