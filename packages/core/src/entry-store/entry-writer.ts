import type { Entry, EntryHeader } from '../entry/entry.ts';
import { entryText } from '../entry/entry-text.ts';
import type { Vault } from '../entry/vault.ts';
import type { Rows } from '../store/rows.ts';

/** Characters written, or why none were. */
export type Written = number | 'too-large' | 'store-error';

/** Keyv gets a longer ttl: it deletes an expired row on reading it, and may delete the fresh one just written. */
const GRACE = 60_000;

function ttlOf(header: EntryHeader, writtenAt: number): number | undefined {
  const last = Math.max(header.freshUntil, header.staleUntil, header.fallbackUntil);
  return last >= Number.MAX_SAFE_INTEGER ? undefined : Math.ceil(last - writtenAt) + GRACE;
}

/** Puts entries into a store and takes them out of it, in the order it was told to. */
export class EntryWriter {
  readonly #rows: Rows;
  readonly #vault: Vault;
  /** What is compressed on its way: a word against its key that comes meanwhile would be overtaken. */
  readonly #late = new Map<string, Promise<unknown>>();

  constructor(rows: Rows, vault: Vault) {
    this.#rows = rows;
    this.#vault = vault;
  }

  write(key: string, entry: Entry, writtenAt = entry.header.storedAt): Promise<Written> {
    const ttl = ttlOf(entry.header, writtenAt);
    const row = this.#vault.pack(key, entryText(entry));
    if (!(row instanceof Promise)) return this.#put(key, row, ttl);
    const writing = row.then((late) => this.#put(key, late, ttl));
    this.#late.set(key, writing);
    return writing.finally(() => {
      if (this.#late.get(key) === writing) this.#late.delete(key);
    });
  }

  async remove(key: string): Promise<boolean> {
    if (this.#late.size > 0) await this.#late.get(key);
    return this.#rows.remove(key);
  }

  /** A word on a key, in the place of its entry. */
  async post(key: string, text: string): Promise<boolean> {
    if (this.#late.size > 0) await this.#late.get(key);
    return this.#rows.write(key, this.#vault.seal.sealText(key, text), undefined);
  }

  async #put(key: string, row: string | undefined, ttl: number | undefined): Promise<Written> {
    if (row === undefined) return 'too-large';
    const isWritten = await this.#rows.write(key, row, ttl);
    return isWritten ? row.length : 'store-error';
  }
}
