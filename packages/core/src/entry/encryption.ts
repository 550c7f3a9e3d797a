import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { types } from 'node:util';
import { digest } from '../key/index.ts';
import { describeKind, LlmCacheError } from '../options/index.ts';

/**
 * The bytes of a base64 text, where it is the one text that they have: decoding passes over foreign
 * characters and unused bits, and a row that was changed in those would be taken for the one that was written.
 */
function decodeExactBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** The secrets of a cache: one, or several, newest first. */
export interface Secrets {
  readonly secret?: string | Uint8Array | undefined;
  readonly secrets?: readonly (string | Uint8Array)[] | undefined;
}

/** What of a request stands in keys, under a name that does not say it. */
export type KeyNameKind = 'fingerprint' | 'scope' | 'tag';

/** How keys are named and rows are written: all that goes into a store as a key or a row comes from here. */
export interface Encryption {
  /** What stands for it in a key. */
  keyNameOf(kind: KeyNameKind, text: string): string;
  /** The name of a tag's generation in entries: each secret has its own generations. */
  generationName(tag: string): string;
  /** The row for a text under this key. */
  encryptText(key: string, text: string): string;
  /** Nothing where the row was not written under this very key, or was changed since. */
  decryptText(key: string, row: string): string | undefined;
  encryptBytes(key: string, bytes: Buffer): string;
  decryptBytes(key: string, row: string): Buffer | undefined;
}

/** Newest first: the first writes, all are read. */
export type Encryptions = readonly [Encryption, ...Encryption[]];

/** Without a secret a row is its text, and costs nothing; who reads the store reads the answers. */
export const NO_ENCRYPTION: Encryption = {
  generationName: (tag) => tag,
  keyNameOf: (kind, text) => (kind === 'fingerprint' ? text : digest(text)),
  encryptText: (_key, text) => text,
  decryptText: (_key, row) => row,
  encryptBytes: (_key, bytes) => bytes.toString('base64'),
  decryptBytes: (_key, row) => decodeExactBase64(row),
};

const CIPHER = 'aes-256-gcm';

/** Random, 96 bits: good for 2^32 rows of one secret (NIST SP 800-38D §8.3), which rotation starts anew. */
const NONCE_BYTES = 12;

const TAG_BYTES = 16;

const KEY_BYTES = 32;

/** 48 bits tell a handful of secrets apart, and say nothing of them. */
const ID_LENGTH = 8;

/** One secret, two keys that say nothing of each other (RFC 5869). */
function derive(secret: string | Uint8Array, purpose: string): KeyObject {
  const key = hkdfSync('sha256', secret, '', `cached-llm ${purpose}`, KEY_BYTES);
  return createSecretKey(Buffer.from(key));
}

/**
 * Keys are HMAC-SHA-256, so that a prompt cannot be guessed and looked for; rows are AES-256-GCM bound to
 * their key, so that one that was edited, or moved from another key, does not open. What remains to those
 * who can write to the store: to remove a row, and to put an older row of the same key back in its place.
 */
export class SecretEncryption implements Encryption {
  readonly id: string;
  readonly #naming: KeyObject;
  readonly #sealing: KeyObject;

  constructor(secret: string | Uint8Array) {
    this.#naming = derive(secret, 'key names');
    this.#sealing = derive(secret, 'rows');
    this.id = this.#mac('secret:').slice(0, ID_LENGTH);
  }

  keyNameOf(kind: KeyNameKind, text: string): string {
    return this.#mac(`${kind}:${text}`);
  }

  generationName(tag: string): string {
    return `${this.id} ${tag}`;
  }

  encryptText(key: string, text: string): string {
    return this.encryptBytes(key, Buffer.from(text));
  }

  decryptText(key: string, row: string): string | undefined {
    return this.decryptBytes(key, row)?.toString();
  }

  encryptBytes(key: string, bytes: Buffer): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#sealing, nonce).setAAD(Buffer.from(key));
    const sealed = [nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(sealed).toString('base64');
  }

  decryptBytes(key: string, row: string): Buffer | undefined {
    const bytes = decodeExactBase64(row);
    if (bytes === undefined || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(CIPHER, this.#sealing, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(key)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const opened = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    try {
      decipher.final();
      return opened;
    } catch {
      return undefined; // edited, moved, or of another secret: a miss
    }
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#naming).update(text).digest('base64url');
  }
}

/** As many as the keys that are derived from it have. */
const LEAST_BYTES = 32;

const REMEDY = 'Write at least 32 random bytes, such as: openssl rand -base64 32';

/** Says where and what kind, and nothing of what was given. */
function refuse(option: string, what: string, remedy = REMEDY): never {
  throw new LlmCacheError('INVALID_OPTION', `${option} ${what}. ${remedy}`);
}

function encryptionFrom(secret: unknown, option: string): SecretEncryption {
  if (typeof secret !== 'string' && !types.isUint8Array(secret)) {
    return refuse(option, `is ${describeKind(secret)}, and no text or bytes`);
  }
  const length = Buffer.byteLength(secret);
  if (length < LEAST_BYTES) refuse(option, `is ${length} bytes long`);
  return new SecretEncryption(secret);
}

/**
 * How keys are named and rows are sealed, by the newest secret first.
 *
 * @throws {LlmCacheError} for what is no secret; what it is stands in no message.
 */
export function encryptionsFrom({ secret, secrets }: Secrets): Encryptions {
  if (secret === undefined && secrets === undefined) return [NO_ENCRYPTION];
  if (secrets === undefined) return [encryptionFrom(secret, 'secret')];
  if (secret !== undefined) {
    refuse('secret', 'and secrets are both set', 'Write secrets: [newest, older] alone.');
  }
  if (!Array.isArray(secrets)) return refuse('secrets', 'is no list', 'Write [newest, older].');
  const [newest, ...older] = secrets.map((each, index) =>
    encryptionFrom(each, `secrets[${index}]`),
  );
  if (newest === undefined) return refuse('secrets', 'is empty', 'Write [newest, older].');
  const encryptions = [newest, ...older] as const;
  const isTwice = new Set(encryptions.map(({ id }) => id)).size < encryptions.length;
  if (isTwice) refuse('secrets', 'holds one secret twice', 'Write each once, the newest first.');
  return encryptions;
}
