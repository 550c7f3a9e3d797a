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
import { describeKind, invalidOption } from '../options/index.ts';

/**
 * The bytes of a base64 text. Undefined if the bytes have another base64 text. Decoding skips foreign characters and unused
 * bits, so a row that was changed in these would otherwise be taken for the row that was written.
 */
function decodeExactBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** One secret, or several with the newest first. @default no encryption */
interface Secrets {
  readonly secret?: string | Uint8Array | undefined;
  readonly secrets?: readonly (string | Uint8Array)[] | undefined;
}

/** The parts of a key that the store must not show. */
type KeyNameKind = 'fingerprint' | 'scope' | 'tag';

/** How the names in keys and the rows of a store are made: with a secret, or without one. */
export interface Encryption {
  /** The name that stands in a key for this text. Under a secret nobody can guess the text from it. */
  keyNameOf(kind: KeyNameKind, text: string): string;
  /** The name of a tag's generation in entries. Each secret has its own generations. */
  generationName(tag: string): string;
  /** The row for a text that is stored under this key. */
  encryptText(key: string, text: string): string;
  /** The text of a row. Undefined if the row was written under another key or secret, or was changed since. */
  decryptText(key: string, row: string): string | undefined;
  /** Like `encryptText`, for bytes. */
  encryptBytes(key: string, bytes: Buffer): string;
  /** Like `decryptText`, for bytes. */
  decryptBytes(key: string, row: string): Buffer | undefined;
}

/** One for each secret, the newest first. The first encrypts, and all decrypt. */
export type Encryptions = readonly [Encryption, ...Encryption[]];

/** Without a secret a row is its own text, which costs nothing: whoever can read the store can read the answers. */
export const NO_ENCRYPTION: Encryption = {
  keyNameOf: (kind, text) => (kind === 'fingerprint' ? text : digest(text)),
  generationName: (tag) => tag,
  encryptText: (_key, text) => text,
  decryptText: (_key, row) => row,
  encryptBytes: (_key, bytes) => bytes.toString('base64'),
  decryptBytes: (_key, row) => decodeExactBase64(row),
};

const CIPHER = 'aes-256-gcm';

/** 96 random bits suffice for 2^32 rows of one secret (NIST SP 800-38D §8.3). A new secret starts the count again. */
const NONCE_BYTES = 12;

const TAG_BYTES = 16;

const KEY_BYTES = 32;

/** 48 bits distinguish a handful of secrets and reveal nothing about them. */
const ID_LENGTH = 8;

/** Keys that are derived from one secret for different purposes reveal nothing about each other (RFC 5869). */
function derive(secret: string | Uint8Array, purpose: string): KeyObject {
  const key = hkdfSync('sha256', secret, '', `cached-llm ${purpose}`, KEY_BYTES);
  return createSecretKey(Buffer.from(key));
}

/**
 * Names are HMAC-SHA-256, so that nobody can look for a prompt that they guess. Rows are AES-256-GCM and bound to
 * their key, so that a row that was changed, or moved from another key, cannot be decrypted. Whoever can write to the
 * store can still remove a row, or put an older row of the same key back.
 */
export class SecretEncryption implements Encryption {
  readonly id: string;
  readonly #nameKey: KeyObject;
  readonly #rowKey: KeyObject;

  constructor(secret: string | Uint8Array) {
    this.#nameKey = derive(secret, 'key names');
    this.#rowKey = derive(secret, 'rows');
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
    const cipher = createCipheriv(CIPHER, this.#rowKey, nonce).setAAD(Buffer.from(key));
    const encrypted = [nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(encrypted).toString('base64');
  }

  decryptBytes(key: string, row: string): Buffer | undefined {
    const bytes = decodeExactBase64(row);
    if (bytes === undefined || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(CIPHER, this.#rowKey, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(key)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const decrypted = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    try {
      decipher.final();
      return decrypted;
    } catch {
      return undefined; // the row was changed, moved, or encrypted with another secret
    }
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#nameKey).update(text).digest('base64url');
  }
}

/** A shorter secret would be weaker than the keys that are derived from it. */
const MIN_SECRET_BYTES = KEY_BYTES;

const RANDOM_BYTES = 'Write at least 32 random bytes, such as: openssl rand -base64 32';

const ONE_LIST = 'Write secrets: [newest, older].';

function encryptionFrom(secret: unknown, option: string): SecretEncryption {
  if (typeof secret !== 'string' && !types.isUint8Array(secret)) {
    return invalidOption(
      option,
      `is ${describeKind(secret)}, but must be text or bytes`,
      RANDOM_BYTES,
    );
  }
  const length = Buffer.byteLength(secret);
  if (length < MIN_SECRET_BYTES) invalidOption(option, `is ${length} bytes long`, RANDOM_BYTES);
  return new SecretEncryption(secret);
}

/**
 * The encryptions for the secrets of a cache, the newest first.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` for what is no secret, for a secret under 32 bytes, and for one that is
 * given twice. The message does not repeat it.
 */
export function encryptionsFrom({ secret, secrets }: Secrets): Encryptions {
  if (secret === undefined && secrets === undefined) return [NO_ENCRYPTION];
  if (secrets === undefined) return [encryptionFrom(secret, 'secret')];
  if (secret !== undefined) invalidOption('secret', 'and secrets are both set', ONE_LIST);
  if (!Array.isArray(secrets)) return invalidOption('secrets', 'is not a list', ONE_LIST);
  const all = secrets.map((each, index) => encryptionFrom(each, `secrets[${index}]`));
  const [newest, ...older] = all;
  if (newest === undefined) return invalidOption('secrets', 'is empty', ONE_LIST);
  const isTwice = new Set(all.map(({ id }) => id)).size < all.length;
  if (isTwice)
    invalidOption('secrets', 'holds one secret twice', 'Write each once, the newest first.');
  return [newest, ...older];
}
