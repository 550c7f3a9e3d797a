import { promisify } from 'node:util';
import { constants, deflate, deflateSync, inflate, inflateSync } from 'node:zlib';
import { FORMAT_VERSION } from '../key/index.ts';
import type { Encryption } from './encryption.ts';
import { type EntryIdentity, withChecksum, withoutChecksum } from './entry-text.ts';

/**
 * Up to so many bytes it is done within the call, some 2 ms at most (8 ms a MB to deflate, 2 ms to inflate):
 * a thread of its own costs a small text more than that. Beyond, other calls are not kept waiting.
 */
const AT_ONCE = 256 * 1024;

/**
 * By measure, on answers of 2 to 100 KB: level 6 takes 2 to 3 times as long for 3 % less, brotli inflates
 * 10 to 25 % slower. Unlike the raw form it ends with a checksum.
 */
const OPTIONS = { level: constants.Z_BEST_SPEED } as const;

const deflateAside = promisify<Buffer, object, Buffer>(deflate);

const inflateAside = promisify<Buffer, object, Buffer>(inflate);

// Both async of their own: who asks tells a promise by its class, and that of node's own may be another realm's.
async function inflatedAside(bytes: Buffer, options: object): Promise<Buffer | undefined> {
  try {
    return await inflateAside(bytes, options);
  } catch {
    return undefined;
  }
}

async function deflatedAside(bytes: Buffer): Promise<Buffer> {
  return deflateAside(bytes, OPTIONS);
}

function compress(bytes: Buffer): Buffer | Promise<Buffer> {
  return bytes.length <= AT_ONCE ? deflateSync(bytes, OPTIONS) : deflatedAside(bytes);
}

/** Nothing where the bytes are damaged, or would come to more than `most`: a bomb ends here. */
function decompress(bytes: Buffer, most: number): Buffer | undefined | Promise<Buffer | undefined> {
  const options = { maxOutputLength: most };
  if (bytes.length > AT_ONCE) return inflatedAside(bytes, options);
  try {
    return inflateSync(bytes, options);
  } catch {
    return undefined;
  }
}

export interface RowBounds {
  /** Characters of a row, and bytes of what it is inflated to. */
  readonly maxEntryBytes: number;
  /** Bytes from which on a text is compressed. */
  readonly compressFrom: number;
}

/** Every key of a namespace starts so. */
export function namespacePrefix(namespace: string): string {
  return `${encodeURIComponent(namespace)}:${FORMAT_VERSION}:`;
}

/** Stands before a text that is compressed; an entry's own starts with its sum, a sealed one has no colon. */
const COMPRESSED = 'z:';

/** Compressed bytes are written as base64: four characters for three. */
const WORTH = 3 / 4;

/** Where and how one secret, or none, keeps entries. */
export class RowCodec {
  readonly encryption: Encryption;
  readonly #prefix: string;
  readonly #bounds: RowBounds;

  constructor(encryption: Encryption, prefix: string, bounds: RowBounds) {
    this.encryption = encryption;
    this.#prefix = prefix;
    this.#bounds = bounds;
  }

  /** `namespace:format-version:scope:fingerprint`; a scope is a digest, since it may name a person. */
  keyOf({ scope, fingerprint }: EntryIdentity): string {
    const whose = scope === '' ? '-' : this.encryption.keyNameOf('scope', scope);
    return `${this.#prefix}${whose}:${this.encryption.keyNameOf('fingerprint', fingerprint)}`;
  }

  /** The row for an entry's text, nothing where it is too large. Compressed before it is sealed: after, nothing shrinks. */
  encode(key: string, text: string): string | undefined | Promise<string | undefined> {
    const { maxEntryBytes, compressFrom } = this.#bounds;
    if (text.length > maxEntryBytes) return undefined;
    const bytes = compressFrom < Number.POSITIVE_INFINITY ? Buffer.from(text) : undefined;
    if (bytes === undefined || bytes.length < compressFrom) return this.#plain(key, text);
    if (bytes.length > maxEntryBytes) return undefined;
    const small = compress(bytes);
    if (!(small instanceof Promise)) return this.#smaller(key, text, small);
    return small.then(
      (late) => this.#smaller(key, text, late),
      () => this.#plain(key, text), // no memory to compress it
    );
  }

  /** The text of a row, whatever was said of compression when it was written; nothing where it cannot be had. */
  decode(key: string, row: string): string | undefined | Promise<string | undefined> {
    const { maxEntryBytes } = this.#bounds;
    if (row.length > maxEntryBytes) return undefined;
    if (!row.startsWith(COMPRESSED)) return this.encryption.decryptText(key, row);
    const packed = withoutChecksum(row.slice(COMPRESSED.length));
    const bytes = packed && this.encryption.decryptBytes(COMPRESSED + key, packed);
    const text = bytes && decompress(bytes, maxEntryBytes);
    return text instanceof Promise ? text.then((late) => late?.toString()) : text?.toString();
  }

  #smaller(key: string, text: string, bytes: Buffer): string | undefined {
    if (bytes.length >= text.length * WORTH) return this.#plain(key, text);
    // A sum of its own: some bits of what is compressed say nothing of the text.
    return this.#fitting(
      COMPRESSED + withChecksum(this.encryption.encryptBytes(COMPRESSED + key, bytes)),
    );
  }

  #plain(key: string, text: string): string | undefined {
    return this.#fitting(this.encryption.encryptText(key, text));
  }

  #fitting(row: string): string | undefined {
    return row.length <= this.#bounds.maxEntryBytes ? row : undefined;
  }
}
