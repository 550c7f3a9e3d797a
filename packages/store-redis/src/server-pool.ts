import { RedisUnavailableError } from './redis-errors.ts';
import { type Address, addressOf, urlAt } from './redis-url.ts';
import type { RedisSettings } from './resolve-options.ts';
import { SingleServer } from './single-server.ts';

interface PoolOptions {
  readonly settings: RedisSettings;
  readonly onReady: () => void;
  readonly onFault: (fault: RedisUnavailableError) => void;
}

/** The servers of a cluster that there are connections to. */
export class ServerPool {
  readonly #options: PoolOptions;
  readonly #servers = new Map<string, SingleServer>();
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get ready(): SingleServer[] {
    return [...this.#servers.values()].filter(({ isReady }) => isReady);
  }

  get isWhole(): boolean {
    return [...this.#servers.values()].every(({ isReady }) => isReady);
  }

  /** Those to ask for the others: whoever is there, or else whoever was named. */
  seeds(): SingleServer[] {
    const { ready } = this;
    return ready.length > 0
      ? ready
      : this.#options.settings.roots.map((url) => this.at(addressOf(url)));
  }

  /** The one at an address, connecting from now on where it is new. */
  at(address: Address): SingleServer {
    const name = `${address.host}:${address.port}`;
    const known = this.#servers.get(name);
    if (known !== undefined) return known;
    if (this.#isClosed) throw new RedisUnavailableError(undefined);
    const { settings, ...hooks } = this.#options;
    const url = urlAt(settings.url, address);
    const server = new SingleServer({ settings: { ...settings, url }, ...hooks });
    this.#servers.set(name, server);
    return server;
  }

  /** Lets go of all others. */
  async keep(servers: ReadonlySet<SingleServer | undefined>): Promise<void> {
    const others = [...this.#servers].filter(([, server]) => !servers.has(server));
    for (const [name] of others) this.#servers.delete(name);
    await Promise.all(others.map(([, server]) => server.close()));
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.keep(new Set());
  }
}
