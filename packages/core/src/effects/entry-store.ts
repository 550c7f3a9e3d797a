import { digest } from '../words/digest.ts';
import type { Entry, EntryHeader } from '../words/entry.ts';
import { FORMAT_VERSION } from '../words/fingerprint.ts';
import { type Addressee, entryText, isFor, readEntryText } from './entry-text.ts';
import type { GuardedStore } from './guarded-store.ts';
import { MarkerBoard } from './marker-board.ts';
import { applyMarkers, generationsOf, type Markers, staleSince, tagsOf } from './tags.ts';

/** Where one request's entry lives, and which markers speak of it. */
export interface Address extends Addressee {
  readonly key: string;
  readonly tags: readonly string[];
}

export interface Found {
  readonly entry?: Entry | undefined;
  /** The markers at the time of the look-up: an answer to a call that began before an invalidation is void. */
  readonly markers: Markers;
}

/** Keyv gets a longer ttl: it deletes an expired row on reading it, and may delete the fresh one just written. */
const GRACE = 60_000;
const NOTHING: Found = { markers: new Map() };

/** Entries under their keys in a namespace of a store. */
export class EntryStore {
  readonly #rows: GuardedStore;
  readonly #maxEntryBytes: number;
  readonly prefix: string;
  readonly markers: MarkerBoard;

  constructor(rows: GuardedStore, namespace: string, maxEntryBytes: number) {
    this.#rows = rows;
    this.#maxEntryBytes = maxEntryBytes;
    this.prefix = `${encodeURIComponent(namespace)}:${FORMAT_VERSION}:`;
    this.markers = new MarkerBoard(rows, this.prefix);
  }

  /** `namespace:format-version:scope:fingerprint`; a scope is a digest, since it may name a person. */
  keyOf({ scope, fingerprint }: Addressee): string {
    return `${this.prefix}${scope === '' ? '-' : digest(scope)}:${fingerprint}`;
  }

  async read(address: Address): Promise<Found> {
    const keys = [address.key, ...this.markers.keysOf(address.tags)];
    const rows = await this.#rows.read(keys);
    if (rows === undefined) return NOTHING;
    const markers = this.markers.take(address.tags, rows.slice(1));
    const entry = this.#entryIn(rows[0], address);
    return entry === undefined ? { markers } : this.#checked(entry, address, markers);
  }

  /** Characters written, or why none were. */
  async write(
    address: Address,
    entry: Entry,
    markers: Markers,
  ): Promise<number | 'too-large' | 'store-error'> {
    const generations = generationsOf(address.tags, markers);
    const isFirst = Object.keys(generations).length === 0;
    const header = isFirst ? entry.header : { ...entry.header, generations };
    const text = entryText({ header, payload: entry.payload });
    if (text.length > this.#maxEntryBytes) return 'too-large';
    const isWritten = await this.#rows.write(address.key, text, ttlOf(header));
    return isWritten ? text.length : 'store-error';
  }

  remove(key: string): Promise<boolean> {
    return this.#rows.remove(key);
  }

  /** The entry under `key` is stale from `now` on. */
  async expire(key: string, now: number): Promise<boolean> {
    const rows = await this.#rows.read([key]);
    const entry = rows?.[0] === undefined ? undefined : readEntryText(rows[0]);
    if (entry === undefined) return rows !== undefined;
    const header = staleSince(entry.header, Math.min(now, entry.header.freshUntil));
    return this.#rows.write(key, entryText({ ...entry, header }), ttlOf(header));
  }

  #entryIn(text: string | undefined, address: Address): Entry | undefined {
    if (text === undefined || text.length > this.#maxEntryBytes) return undefined;
    const entry = readEntryText(text);
    return entry !== undefined && isFor(entry, address) ? entry : undefined;
  }

  async #checked(entry: Entry, address: Address, markers: Markers): Promise<Found> {
    const more = tagsOf(entry.header).filter((tag) => !address.tags.includes(tag));
    const others = more.length === 0 ? markers : await this.markers.read(more);
    if (others === undefined) return { markers };
    const all = more.length === 0 ? markers : new Map([...markers, ...others]);
    const header = applyMarkers(entry.header, all);
    return header === undefined ? { markers } : { markers, entry: { ...entry, header } };
  }
}

function ttlOf(header: EntryHeader): number | undefined {
  const last = Math.max(header.freshUntil, header.staleUntil, header.fallbackUntil);
  return last >= Number.MAX_SAFE_INTEGER ? undefined : Math.ceil(last - header.storedAt) + GRACE;
}
