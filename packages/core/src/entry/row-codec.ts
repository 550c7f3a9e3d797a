import { promisify } from 'node:util';
import { constants, deflate, deflateSync, inflate, inflateSync, type ZlibOptions } from 'node:zlib';
import { FORMAT_VERSION } from '../key/index.ts';
import type { Encryption } from './encryption.ts';
import { type EntryIdentity, withChecksum, withoutChecksum } from './entry-text.ts';

/**
 * Up to this number of bytes, the call itself compresses and decompresses, because another thread costs more for a small text. That
 * takes 2 ms at most (compressing takes 8 ms for one MB, and decompressing 2 ms). Other calls do not wait for longer texts.
 */
const MAX_SYNC_BYTES = 256 * 1024;

/**
 * Measured on answers of 2 to 100 KB: level 6 takes 2 to 3 times as long for 3 % less, and brotli decompresses 10 to
 * 25 % slower. Unlike raw deflate, this format ends with a checksum.
 */
const COMPRESSION = { level: constants.Z_BEST_SPEED } as const;

interface Transform {
  readonly now: (bytes: Buffer, options: ZlibOptions) => Buffer;
  readonly inThread: (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>;
}

const DEFLATE: Transform = {
  now: deflateSync,
  inThread: promisify<Buffer, ZlibOptions, Buffer>(deflate),
};

const INFLATE: Transform = {
  now: inflateSync,
  inThread: promisify<Buffer, ZlibOptions, Buffer>(inflate),
};

/** Undefined if the bytes are damaged, the output is longer than the options allow, or memory is short. */
function transform(
  { now, inThread }: Transform,
  bytes: Buffer,
  options: ZlibOptions,
): Buffer | undefined | Promise<Buffer | undefined> {
  if (bytes.length > MAX_SYNC_BYTES) return settle(inThread(bytes, options));
  try {
    return now(bytes, options);
  } catch {
    return undefined;
  }
}

// An async function, because callers check for a promise by its class, and that of node may be of another realm.
async function settle(pending: Promise<Buffer>): Promise<Buffer | undefined> {
  try {
    return await pending;
  } catch {
    return undefined;
  }
}

/** Which entries are stored, and how. */
export interface RowBounds {
  /** A longer row is neither stored nor read. Characters of a row, and bytes of its decompressed text. */
  readonly maxEntryBytes: number;
  /** A shorter text is not compressed. In bytes; Infinity compresses nothing. */
  readonly compressFrom: number;
}

/** Every key of a namespace starts with this: `namespace:format-version:`. */
export function namespacePrefix(namespace: string): string {
  return `${encodeURIComponent(namespace)}:${FORMAT_VERSION}:`;
}

/** Tag states, leases and ledgers stand beside the entries. Only an entry's key is a scope and a fingerprint. */
const ENTRY_KEY = /^(?:-|[\w-]{43}):[\w-]{43}$/;

/** Is this the key of an entry whose namespace has this prefix? */
export function isEntryKey(key: string, prefix: string): boolean {
  return key.startsWith(prefix) && ENTRY_KEY.test(key.slice(prefix.length));
}

/** A compressed row starts with this. Other rows start with a checksum or are base64, and neither has a colon. */
const COMPRESSED = 'z:';

/** Compressed bytes are written as base64, which has four characters for three bytes. */
const BYTES_PER_CHARACTER = 3 / 4;

/** Makes the keys and rows of entries under one secret, or without one. */
export class RowCodec {
  readonly encryption: Encryption;
  readonly #prefix: string;
  readonly #bounds: RowBounds;

  /** @param prefix is that of the {@link namespacePrefix | namespace}. */
  constructor(encryption: Encryption, prefix: string, bounds: RowBounds) {
    this.encryption = encryption;
    this.#prefix = prefix;
    this.#bounds = bounds;
  }

  /** `namespace:format-version:scope:fingerprint`. The scope is a digest, because it may name a person. */
  keyOf({ scope, fingerprint }: EntryIdentity): string {
    const whose = scope === '' ? '-' : this.encryption.keyNameOf('scope', scope);
    return `${this.#prefix}${whose}:${this.encryption.keyNameOf('fingerprint', fingerprint)}`;
  }

  /**
   * The row for the text of an entry. Undefined if it is too long. A text is compressed before it is encrypted,
   * because encrypted bytes do not compress.
   */
  encode(key: string, text: string): string | undefined | Promise<string | undefined> {
    const { maxEntryBytes, compressFrom } = this.#bounds;
    if (text.length > maxEntryBytes) return undefined;
    const bytes = compressFrom < Number.POSITIVE_INFINITY ? Buffer.from(text) : undefined;
    if (bytes === undefined || bytes.length < compressFrom) return this.#shorterRow(key, text);
    if (bytes.length > maxEntryBytes) return undefined;
    const compressed = transform(DEFLATE, bytes, COMPRESSION);
    return compressed instanceof Promise
      ? compressed.then((late) => this.#shorterRow(key, text, late))
      : this.#shorterRow(key, text, compressed);
  }

  /**
   * The text of a row, which may be compressed or not, whatever `compressFrom` is. Undefined if the row is damaged,
   * too long, or was not written under this key and secret.
   */
  decode(key: string, row: string): string | undefined | Promise<string | undefined> {
    const { maxEntryBytes } = this.#bounds;
    if (row.length > maxEntryBytes) return undefined;
    if (!row.startsWith(COMPRESSED)) return this.encryption.decryptText(key, row);
    const packed = withoutChecksum(row.slice(COMPRESSED.length));
    const bytes = packed && this.encryption.decryptBytes(COMPRESSED + key, packed);
    const text = bytes && transform(INFLATE, bytes, { maxOutputLength: maxEntryBytes });
    return text instanceof Promise ? text.then((late) => late?.toString()) : text?.toString();
  }

  #shorterRow(key: string, text: string, compressed?: Buffer): string | undefined {
    const { maxEntryBytes } = this.#bounds;
    const isShorter = compressed && compressed.length < text.length * BYTES_PER_CHARACTER;
    const row = isShorter
      ? this.#compressedRow(key, compressed)
      : this.encryption.encryptText(key, text);
    return row.length <= maxEntryBytes ? row : undefined;
  }

  /** It has a checksum of its own, because some bits of compressed bytes do not change the text. */
  #compressedRow(key: string, compressed: Buffer): string {
    return COMPRESSED + withChecksum(this.encryption.encryptBytes(COMPRESSED + key, compressed));
  }
}
