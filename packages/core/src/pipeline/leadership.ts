import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { EntryStore } from '../entry-store/index.ts';
import type { Flight, HeldLease, LeaseDesk } from '../flight/index.ts';
import type { Landed } from './answer.ts';
import { type Look, lookUp } from './look-up.ts';
import type { Request } from './request.ts';

const SHORTEST_PAUSE = 10;

const LONGEST_PAUSE = 200;

/** A leader that lives and does not come back holds nobody up for longer. */
const LONGEST_WAIT = 60_000;

export interface LeadershipParts {
  readonly entries: EntryStore;
  readonly now: () => number;
  /** Nothing: each process leads its own flights. */
  readonly leases: LeaseDesk | undefined;
}

interface Flying {
  readonly flight: Flight<Landed>;
  readonly landing: Promise<unknown>;
}

/** The newest look, with the lease where this process is to call. */
export interface Lead {
  readonly look: Look;
  readonly lease?: HeldLease | undefined;
}

/** Who leads a key's flight, among all processes that share a store. */
export class Leadership {
  readonly #parts: LeadershipParts;
  /** One for all keys: a lease that could not be given back in an outage is this process's own still. */
  readonly #token = randomUUID();

  constructor(parts: LeadershipParts) {
    this.#parts = parts;
  }

  /** Must this call be alone among all processes? One for a new answer need not, and a part of many cannot wait. */
  isShared({ call }: Request): boolean {
    return (
      this.#parts.leases !== undefined && call.policy.mode === 'read-write' && call.isPart !== true
    );
  }

  /** Waits while another process leads. Where the store does not answer, nobody waits. */
  async win(request: Request, look: Look, flight: Flight<Landed>): Promise<Lead> {
    const { leases } = this.#parts;
    const { key } = request.address;
    const until = performance.now() + LONGEST_WAIT;
    const token = this.#token;
    for (let pause = SHORTEST_PAUSE; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
      const holder = await leases?.take(key, token);
      if (leases === undefined || holder === undefined) return { look };
      // After taking it: the leader before this one may just have stored its answer.
      const [newest, isUnkept] = await Promise.all([this.#look(request), leases.isUnkept(key)]);
      if (holder === token) return { look: newest, lease: leases.hold(key, token) };
      const isOver = newest.state === 'fresh' || isUnkept || performance.now() > until;
      if (isOver) return { look: newest };
      await delay(pause, undefined, { signal: flight.signal });
    }
  }

  /** Behind an answer, one process calls: nothing where another does so already. */
  async winOnce({ address }: Request): Promise<HeldLease | undefined> {
    const holder = await this.#parts.leases?.take(address.key, this.#token);
    const isElsewhere = holder !== undefined && holder !== this.#token;
    return isElsewhere ? undefined : this.#parts.leases?.hold(address.key, this.#token);
  }

  /** Keeps the lease until the flight's answer is stored, or is known not to be. */
  keep(lease: HeldLease, { address }: Request, flying: Flying): void {
    const kept = flying.landing.then(() => flying.flight.held ?? true); // nothing was to be written
    void this.#parts.leases?.end(lease, address.key, kept);
  }

  #look(request: Request): Look | Promise<Look> {
    return lookUp(request, this.#parts);
  }
}
