import {
  type Addressee,
  type Entry,
  readEntryText,
  type Seal,
  type Seals,
  type Vault,
} from '../entry/index.ts';
import { expiredBy, readMarker } from '../invalidation/index.ts';
import type { RowTexts, StoredRow } from '../store/index.ts';

/** Remembered keys: a bound, since requests are without one. */
const MOST = 10_000;

const NONE: readonly string[] = [];

/** What the secret that writes keeps, and what older ones keep while it takes their place. */
export class Vaults {
  readonly newest: Vault;
  readonly #older: readonly Vault[];
  /** By the newest key, which does not tell them. */
  readonly #olderKeys = new Map<string, readonly string[]>();

  constructor([newest, ...older]: Seals, vaultOf: (seal: Seal) => Vault) {
    this.newest = vaultOf(newest);
    this.#older = older.map(vaultOf);
  }

  get areMany(): boolean {
    return this.#older.length > 0;
  }

  keyOf(addressee: Addressee): string {
    const key = this.newest.keyOf(addressee);
    if (this.areMany) this.#learn(key, addressee);
    return key;
  }

  /** Where older secrets keep the entry that the newest keeps under `key`; none where this process never met its request. */
  olderKeys(key: string): readonly string[] {
    return this.#olderKeys.get(key) ?? NONE;
  }

  /** The entry in the rows under a key and its older ones: the newest that there is decides. */
  entryAmong(keys: readonly [string, ...string[]], rows: RowTexts) {
    const [key] = keys;
    const [row] = rows;
    const text = row === undefined ? undefined : this.newest.unpack(key, row);
    if (this.areMany) return this.#newestOf(keys, rows, text);
    if (text instanceof Promise) return text.then(entryOrNothing);
    return entryOrNothing(text);
  }

  /** The entry in a row as a scan finds it; nothing where it is none, or is not at its own key. */
  async entryIn({ key, value }: StoredRow): Promise<Entry | undefined> {
    for (const vault of [this.newest, ...this.#older]) {
      const entry = entryOrNothing(await vault.unpack(key, value));
      if (entry !== undefined && vault.keyOf(entry.header) === key) return entry;
    }
    return undefined;
  }

  /** Is it no entry, but a word on its key? */
  async isWord({ key, value }: StoredRow): Promise<boolean> {
    return readMarker(await this.newest.unpack(key, value)) !== undefined;
  }

  async #newestOf(
    keys: readonly string[],
    rows: RowTexts,
    unpacked: string | undefined | Promise<string | undefined>,
  ): Promise<Entry | undefined> {
    const text = await unpacked;
    const entry = entryOrNothing(text);
    if (entry !== undefined) return entry;
    const said = rows[0] === undefined ? { generation: '' } : readMarker(text);
    // A row that does not open stands where a newer answer was.
    if (said === undefined || said.generation !== '') return undefined;
    const older = await this.#olderEntry(keys.slice(1), rows.slice(1));
    return older && { ...older, header: expiredBy(said, older.header) };
  }

  async #olderEntry(keys: readonly string[], rows: RowTexts): Promise<Entry | undefined> {
    for (const [index, vault] of this.#older.entries()) {
      const [key, row] = [keys[index], rows[index]];
      if (key === undefined || row === undefined) continue;
      const entry = entryOrNothing(await vault.unpack(key, row));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  #learn(key: string, addressee: Addressee): void {
    if (this.#olderKeys.has(key)) return;
    if (this.#olderKeys.size >= MOST) this.#olderKeys.clear();
    const keys = this.#older.map((vault) => vault.keyOf(addressee));
    this.#olderKeys.set(key, keys);
  }
}

function entryOrNothing(text: string | undefined): Entry | undefined {
  return text === undefined ? undefined : readEntryText(text);
}
