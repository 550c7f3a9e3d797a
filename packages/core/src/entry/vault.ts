import { FORMAT_VERSION } from '../key/fingerprint.ts';
import { deflated, inflated } from './deflated.ts';
import type { Addressee } from './entry-text.ts';
import type { Seal } from './seal.ts';
import { summed, unsummed } from './sum.ts';

export interface VaultBounds {
  /** Characters of a row, and bytes of what it is inflated to. */
  readonly maxEntryBytes: number;
  /** Bytes from which on a text is compressed. */
  readonly compressFrom: number;
}

/** Every key of a namespace starts so. */
export function prefixOf(namespace: string): string {
  return `${encodeURIComponent(namespace)}:${FORMAT_VERSION}:`;
}

/** Stands before a text that is compressed; an entry's own starts with its sum, a sealed one has no colon. */
const COMPRESSED = 'z:';
/** Compressed bytes are written as base64: four characters for three. */
const WORTH = 3 / 4;

/** Where and how one secret, or none, keeps entries. */
export class Vault {
  readonly seal: Seal;
  readonly #prefix: string;
  readonly #bounds: VaultBounds;

  constructor(seal: Seal, prefix: string, bounds: VaultBounds) {
    this.seal = seal;
    this.#prefix = prefix;
    this.#bounds = bounds;
  }

  /** `namespace:format-version:scope:fingerprint`; a scope is a digest, since it may name a person. */
  keyOf({ scope, fingerprint }: Addressee): string {
    const whose = scope === '' ? '-' : this.seal.nameOf('scope', scope);
    return `${this.#prefix}${whose}:${this.seal.nameOf('fingerprint', fingerprint)}`;
  }

  /** The row for an entry's text, nothing where it is too large. Compressed before it is sealed: after, nothing shrinks. */
  pack(key: string, text: string): string | undefined | Promise<string | undefined> {
    const { maxEntryBytes, compressFrom } = this.#bounds;
    if (text.length > maxEntryBytes) return undefined;
    const bytes = compressFrom < Number.POSITIVE_INFINITY ? Buffer.from(text) : undefined;
    if (bytes === undefined || bytes.length < compressFrom) return this.#plain(key, text);
    if (bytes.length > maxEntryBytes) return undefined;
    const small = deflated(bytes);
    if (!(small instanceof Promise)) return this.#smaller(key, text, small);
    return small.then(
      (late) => this.#smaller(key, text, late),
      () => this.#plain(key, text), // no memory to compress it
    );
  }

  /** The text of a row, whatever was said of compression when it was written; nothing where it cannot be had. */
  unpack(key: string, row: string): string | undefined | Promise<string | undefined> {
    const { maxEntryBytes } = this.#bounds;
    if (row.length > maxEntryBytes) return undefined;
    if (!row.startsWith(COMPRESSED)) return this.seal.openText(key, row);
    const packed = unsummed(row.slice(COMPRESSED.length));
    const bytes = packed && this.seal.openBytes(COMPRESSED + key, packed);
    const text = bytes && inflated(bytes, maxEntryBytes);
    return text instanceof Promise ? text.then((late) => late?.toString()) : text?.toString();
  }

  #smaller(key: string, text: string, bytes: Buffer): string | undefined {
    if (bytes.length >= text.length * WORTH) return this.#plain(key, text);
    // A sum of its own: some bits of what is compressed say nothing of the text.
    return this.#fitting(COMPRESSED + summed(this.seal.sealBytes(COMPRESSED + key, bytes)));
  }

  #plain(key: string, text: string): string | undefined {
    return this.#fitting(this.seal.sealText(key, text));
  }

  #fitting(row: string): string | undefined {
    return row.length <= this.#bounds.maxEntryBytes ? row : undefined;
  }
}
