import { Outage } from './outage.ts';
import { RedisUnavailableError } from './redis-errors.ts';
import { firstReply } from './redis-servers.ts';
import type { RedisSettings } from './redis-store-options.ts';
import { type Address, addressOf, urlAt } from './redis-url.ts';
import { SingleServer } from './single-server.ts';

/** A node names the one that has a slot, for good (`MOVED`) or for this command only (`ASK`). */
export interface Redirection {
  readonly kind: 'MOVED' | 'ASK';
  readonly slot: number;
  /** An empty host stands for the host of the node that replied. */
  readonly address: Address;
}

/** Consecutive slots, and the address of their master. */
interface SlotRange {
  readonly from: number;
  readonly to: number;
  readonly master: Address;
}

/** What a node knows of the whole cluster. If it has no name for itself, its address is the one that was asked. */
async function slotRanges(server: SingleServer): Promise<SlotRange[]> {
  const ranges = await server.send('', (client) => client.clusterSlots());
  if (ranges.length === 0) throw new Error('CLUSTERDOWN No node has any slots.');
  return ranges.map(({ from, to, master }) => ({
    from,
    to,
    master: { host: master.host || server.address.host, port: master.port },
  }));
}

/** The slots of each node. The nodes are asked again whenever that may have changed. */
export class ClusterTopology {
  readonly #settings: RedisSettings;
  readonly #nodes = new Map<string, SingleServer>();
  readonly #outage: Outage;
  /** The master of each slot; a slot that no node has is left out. */
  #owners: (SingleServer | undefined)[] = [];
  #refreshing: Promise<void> | undefined;
  #isClosed = false;

  constructor(settings: RedisSettings, onFault: (fault: RedisUnavailableError) => void) {
    this.#settings = settings;
    this.#outage = new Outage({
      reconnect: () => void this.refresh(),
      refusalInterval: settings.refusalInterval,
      onFault: (fault) => onFault(this.partial(fault)),
    });
  }

  /** The same fault, which is partial if other nodes answer. */
  partial(fault: RedisUnavailableError): RedisUnavailableError {
    return new RedisUnavailableError(fault.cause, { isPartial: this.#ready().length > 0 });
  }

  /** @throws RedisUnavailableError if none is known */
  get masters(): SingleServer[] {
    const masters = new Set(this.#owners.filter((owner) => owner !== undefined));
    if (masters.size === 0) throw new RedisUnavailableError(this.#outage.cause);
    return [...masters];
  }

  /** @throws RedisUnavailableError if no node is known to have the slot */
  ownerOf(slot: number): SingleServer {
    const owner = this.#owners[slot];
    if (owner === undefined) throw new RedisUnavailableError(this.#outage.cause);
    return owner;
  }

  /** Finds the node that a redirection names, and remembers it if the slot has moved. */
  follow({ kind, slot, address }: Redirection, from: SingleServer): SingleServer {
    const node = this.#nodeAt({ ...address, host: address.host || from.address.host });
    if (kind === 'ASK') return node;
    this.#owners[slot] = node;
    void this.refresh(); // a slot seldom moves alone
    return node;
  }

  /** Asks the nodes once more, unless they are being asked already. Never rejects. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#outage.stop();
    this.#owners = [];
    await this.#closeAllBut(new Set());
  }

  async #refresh(): Promise<void> {
    try {
      this.#adopt(await firstReply(this.#seeds().map(slotRanges)));
      await this.#closeAllBut(new Set(this.#owners));
      if (this.#ready().length === this.#nodes.size) this.#outage.end();
      else this.#outage.reconnectLater({ isPermanent: false });
    } catch (error) {
      this.#fail(error);
    }
  }

  #adopt(ranges: readonly SlotRange[]): void {
    const owners: SingleServer[] = [];
    for (const { from, to, master } of ranges) {
      const node = this.#nodeAt(master);
      for (let slot = from; slot <= to; slot += 1) owners[slot] = node;
    }
    this.#owners = owners;
  }

  #fail(cause: unknown): void {
    // A replica may have taken over.
    if (!this.#isClosed) this.#outage.reconnectLater(this.#outage.note(cause));
  }

  #ready(): SingleServer[] {
    return [...this.#nodes.values()].filter(({ isReady }) => isReady);
  }

  /** The nodes to ask about the others: those that are connected, or else those that the options name. */
  #seeds(): SingleServer[] {
    const ready = this.#ready();
    if (ready.length > 0) return ready;
    return this.#settings.rootNodes.map((url) => this.#nodeAt(addressOf(url)));
  }

  /** The node at an address; a node that is new starts to connect. */
  #nodeAt(address: Address): SingleServer {
    const name = `${address.host}:${address.port}`;
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    if (this.#isClosed) throw new RedisUnavailableError(undefined);
    const node = new SingleServer({
      settings: { ...this.#settings, url: urlAt(this.#settings.url, address) },
      onReady: () => void this.refresh(),
      onFault: (fault) => this.#fail(fault),
    });
    this.#nodes.set(name, node);
    return node;
  }

  async #closeAllBut(nodes: ReadonlySet<SingleServer | undefined>): Promise<void> {
    const others = [...this.#nodes].filter(([, node]) => !nodes.has(node));
    for (const [name] of others) this.#nodes.delete(name);
    await Promise.all(others.map(([, node]) => node.close()));
  }
}
