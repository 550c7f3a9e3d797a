import type { Leases, Store } from '../src/store.ts';

interface Held {
  readonly token: string;
  readonly until: number;
}

/** Rows and leases in this process, for several caches that stand for several processes. */
export class SharedStore implements Store {
  readonly rows = new Map<string, string>();
  readonly held = new Map<string, Held>();
  readonly leases: Leases = {
    take: async (keys, token, milliseconds) =>
      keys.map((key) => this.#take(key, token, milliseconds)),
    release: async (keys, token) => {
      for (const key of keys) if (this.held.get(key)?.token === token) this.held.delete(key);
    },
  };

  async get(key: string) {
    return this.rows.get(key);
  }

  async set(key: string, value: string) {
    this.rows.set(key, value);
    return true;
  }

  async delete(key: string) {
    return this.rows.delete(key);
  }

  #take(key: string, token: string, milliseconds: number): string {
    const holder = this.held.get(key);
    const isTaken = holder !== undefined && holder.until > performance.now();
    if (isTaken && holder.token !== token) return holder.token;
    this.held.set(key, { token, until: performance.now() + milliseconds });
    return token;
  }
}
