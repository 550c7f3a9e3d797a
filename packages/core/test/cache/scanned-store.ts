import type { Store, StoredRow } from '../../src/store.ts';

/** Rows in this process that can be listed, for several caches that stand for several processes. */
export class ScannedStore implements Store {
  readonly isImmediate = true;
  readonly rows = new Map<string, string>();
  isBroken = false;

  get(key: string): string | undefined {
    return this.rows.get(key);
  }

  set(key: string, value: string): boolean {
    if (this.isBroken) throw Object.assign(new Error('down'), { code: 'DOWN' });
    this.rows.set(key, value);
    return true;
  }

  delete(key: string): boolean {
    return this.rows.delete(key);
  }

  async *scan(prefix: string): AsyncGenerator<StoredRow, void, undefined> {
    if (this.isBroken) throw Object.assign(new Error('down'), { code: 'DOWN' });
    for (const [key, value] of this.rows) if (key.startsWith(prefix)) yield { key, value };
  }

  /** The rows of days in the ledger. */
  get ledgerKeys(): string[] {
    return [...this.rows.keys()].filter((key) => key.includes(':ledger:'));
  }
}
