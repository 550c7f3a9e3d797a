import {
  type Encryption,
  type Encryptions,
  type Entry,
  type EntryIdentity,
  type RowCodec,
  readEntryText,
} from '../entry/index.ts';
import { applyExpiry, parseTagState } from '../invalidation/index.ts';
import type { RowTexts, StoredRow } from '../store/index.ts';

/** Remembered keys: a bound, since requests are without one. */
const MOST = 10_000;

const NONE: readonly string[] = [];

/** What the secret that writes keeps, and what older ones keep while it takes their place. */
export class KeyRing {
  readonly newest: RowCodec;
  readonly #older: readonly RowCodec[];
  /** By the newest key, which does not tell them. */
  readonly #olderKeys = new Map<string, readonly string[]>();

  constructor([newest, ...older]: Encryptions, codecOf: (encryption: Encryption) => RowCodec) {
    this.newest = codecOf(newest);
    this.#older = older.map(codecOf);
  }

  get hasOlderSecrets(): boolean {
    return this.#older.length > 0;
  }

  keyOf(addressee: EntryIdentity): string {
    const key = this.newest.keyOf(addressee);
    if (this.hasOlderSecrets) this.#learn(key, addressee);
    return key;
  }

  /** Where older secrets keep the entry that the newest keeps under `key`; none where this process never met its request. */
  olderKeys(key: string): readonly string[] {
    return this.#olderKeys.get(key) ?? NONE;
  }

  /** The entry in the rows under a key and its older ones: the newest that there is decides. */
  findEntry(keys: readonly [string, ...string[]], rows: RowTexts) {
    const [key] = keys;
    const [row] = rows;
    const text = row === undefined ? undefined : this.newest.decode(key, row);
    if (this.hasOlderSecrets) return this.#newestOf(keys, rows, text);
    if (text instanceof Promise) return text.then(entryOrNothing);
    return entryOrNothing(text);
  }

  /** The entry in a row as a scan finds it; nothing where it is none, or is not at its own key. */
  async entryIn({ key, value }: StoredRow): Promise<Entry | undefined> {
    for (const codec of [this.newest, ...this.#older]) {
      const entry = entryOrNothing(await codec.decode(key, value));
      if (entry !== undefined && codec.keyOf(entry.header) === key) return entry;
    }
    return undefined;
  }

  /** Is it no entry, but a word on its key? */
  async isKeyState({ key, value }: StoredRow): Promise<boolean> {
    return parseTagState(await this.newest.decode(key, value)) !== undefined;
  }

  async #newestOf(
    keys: readonly string[],
    rows: RowTexts,
    unpacked: string | undefined | Promise<string | undefined>,
  ): Promise<Entry | undefined> {
    const text = await unpacked;
    const entry = entryOrNothing(text);
    if (entry !== undefined) return entry;
    const said = rows[0] === undefined ? { generation: '' } : parseTagState(text);
    // A row that does not open stands where a newer answer was.
    if (said === undefined || said.generation !== '') return undefined;
    const older = await this.#olderEntry(keys.slice(1), rows.slice(1));
    return older && { ...older, header: applyExpiry(said, older.header) };
  }

  async #olderEntry(keys: readonly string[], rows: RowTexts): Promise<Entry | undefined> {
    for (const [index, codec] of this.#older.entries()) {
      const [key, row] = [keys[index], rows[index]];
      if (key === undefined || row === undefined) continue;
      const entry = entryOrNothing(await codec.decode(key, row));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  #learn(key: string, addressee: EntryIdentity): void {
    if (this.#olderKeys.has(key)) return;
    if (this.#olderKeys.size >= MOST) this.#olderKeys.clear();
    const keys = this.#older.map((codec) => codec.keyOf(addressee));
    this.#olderKeys.set(key, keys);
  }
}

function entryOrNothing(text: string | undefined): Entry | undefined {
  return text === undefined ? undefined : readEntryText(text);
}
