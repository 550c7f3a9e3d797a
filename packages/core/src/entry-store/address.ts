import {
  type Encryption,
  type Encryptions,
  type Entry,
  type EntryIdentity,
  type RowCodec,
  readEntryText,
} from '../entry/index.ts';
import type { Bypass } from '../events/index.ts';
import type { CallTags, TagRow, TagsOfCall } from '../invalidation/index.ts';
import { BoundedMap, type CallIdentity, fingerprint, NotCanonicalError } from '../key/index.ts';
import type { Policy } from '../options/index.ts';
import type { RowTexts, StoredRow } from '../store/index.ts';

/** The key of an entry under the newest secret, then its keys under older secrets and the keys of its tags' rows. */
export type Keys = [string, ...string[]];

/** Keys whose older keys are remembered. Bounded because requests are not. */
const MAX_KNOWN_KEYS = 10_000;

const NONE: readonly string[] = [];

const entryIn = (text: string | undefined) =>
  text === undefined ? undefined : readEntryText(text);

/** The keys and rows of entries under the newest secret, which writes, and under older secrets, which are only read. */
export class KeyRing {
  readonly newest: RowCodec;
  readonly #older: readonly RowCodec[];
  /** By the newest key, from which the older keys cannot be made. */
  readonly #olderKeys = new BoundedMap<string, readonly string[]>(MAX_KNOWN_KEYS);

  constructor([newest, ...older]: Encryptions, codecOf: (encryption: Encryption) => RowCodec) {
    this.newest = codecOf(newest);
    this.#older = older.map(codecOf);
  }

  get hasOlderSecrets(): boolean {
    return this.#older.length > 0;
  }

  keyOf(identity: EntryIdentity): string {
    const key = this.newest.keyOf(identity);
    if (!this.hasOlderSecrets || this.#olderKeys.has(key)) return key;
    const older = this.#older.map((codec) => codec.keyOf(identity));
    this.#olderKeys.set(key, older);
    return key;
  }

  /** The keys of the same entry under older secrets. None if this process has not seen the request. */
  olderKeys(key: string): readonly string[] {
    return this.hasOlderSecrets ? (this.#olderKeys.get(key) ?? NONE) : NONE;
  }

  /** The entry in the texts of a key and its older keys. The newest row that exists decides. */
  findEntry(keys: Readonly<Keys>, texts: RowTexts): Entry | undefined | Promise<Entry | undefined> {
    const [row] = texts;
    const text = row === undefined ? undefined : this.newest.decode(keys[0], row);
    if (this.hasOlderSecrets) return this.#findAmongSecrets(keys, texts, text);
    return text instanceof Promise ? text.then(entryIn) : entryIn(text);
  }

  /** The entry in a row that a scan found. Undefined if the row holds none, or is not stored under the entry's own key. */
  async entryIn({ key, value }: StoredRow): Promise<Entry | undefined> {
    for (const codec of [this.newest, ...this.#older]) {
      const entry = entryIn(await codec.decode(key, value));
      if (entry !== undefined && codec.keyOf(entry.header) === key) return entry;
    }
    return undefined;
  }

  async #findAmongSecrets(
    keys: readonly string[],
    texts: RowTexts,
    decoded: string | undefined | Promise<string | undefined>,
  ): Promise<Entry | undefined> {
    const text = await decoded;
    const entry = entryIn(text);
    if (entry !== undefined) return entry;
    // A row that cannot be read stands where a newer answer was.
    if (texts[0] !== undefined) return undefined;
    return this.#olderEntry(keys.slice(1), texts.slice(1));
  }

  async #olderEntry(keys: readonly string[], texts: RowTexts): Promise<Entry | undefined> {
    for (const [index, codec] of this.#older.entries()) {
      const [key, row] = [keys[index], texts[index]];
      if (key === undefined || row === undefined) continue;
      const entry = entryIn(await codec.decode(key, row));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }
}

/** Where the entry of one request is stored, and which tags it has. */
export interface Address extends EntryIdentity, TagsOfCall {
  readonly key: string;
  /** The rows that hold the states of the key itself. */
  readonly keyRows: readonly TagRow[];
}

/** Is it a reason to bypass the cache, and not an address or an identity? */
export function isBypass(value: object): value is Bypass {
  return 'bypass' in value;
}

/** The part of an `EntryStore` that finds addresses. */
interface Addressing {
  readonly callTags: CallTags;
  keyOf(identity: EntryIdentity): string;
  keyRowsOf(key: string): readonly TagRow[];
}

/** Where the entry of this request is stored, or why the request bypasses the cache. */
export function addressOf(
  entries: Addressing,
  identity: CallIdentity | Bypass,
  policy: Policy,
): Address | Bypass {
  if (isBypass(identity)) return identity;
  const { provider } = identity;
  const { scope } = policy;
  if (policy.requireScope && scope === '') return { bypass: 'no-scope', provider };
  try {
    const digest = fingerprint(identity);
    const key = entries.keyOf({ fingerprint: digest, scope });
    const { tags, tagRows } = entries.callTags.of(identity, policy);
    const keyRows = entries.keyRowsOf(key);
    return { fingerprint: digest, scope, key, keyRows, tags, tagRows };
  } catch (error) {
    if (error instanceof NotCanonicalError) {
      const remedy = error.remedy || undefined;
      return { bypass: 'not-canonical', provider, field: error.path, remedy };
    }
    return { bypass: 'unreadable', provider }; // a getter or a toJSON of the request threw
  }
}
