import type { Entry } from '../words/entry.ts';

interface Recent {
  readonly key: string;
  readonly entry: Entry;
}

const MOST = 1_000;
const LONGEST = 8_192;

/**
 * Entries as they were just read from rows that a store in this process hands out again: the same text object,
 * so that to find it costs less than to read its header anew.
 */
export class RecentEntries {
  readonly #entries = new Map<string, Recent>();

  /** The entry in `row`, if it was read from there, and under this key. */
  get(key: string, row: string | undefined): Entry | undefined {
    if (row === undefined || row.length > LONGEST) return undefined;
    const recent = this.#entries.get(row);
    return recent?.key === key ? recent.entry : undefined;
  }

  add(key: string, row: string | undefined, entry: Entry): void {
    if (row === undefined || row.length > LONGEST || this.#entries.has(row)) return;
    this.#entries.set(row, { key, entry });
    const [oldest] = this.#entries.size > MOST ? this.#entries.keys() : [];
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
