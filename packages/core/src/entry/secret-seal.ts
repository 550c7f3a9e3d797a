import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { exactBase64 } from './exact-base64.ts';
import type { NameKind, Seal } from './seal.ts';

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
export class SecretSeal implements Seal {
  readonly id: string;
  readonly #naming: KeyObject;
  readonly #sealing: KeyObject;

  constructor(secret: string | Uint8Array) {
    this.#naming = derive(secret, 'key names');
    this.#sealing = derive(secret, 'rows');
    this.id = this.#mac('secret:').slice(0, ID_LENGTH);
  }

  nameOf(kind: NameKind, text: string): string {
    return this.#mac(`${kind}:${text}`);
  }

  sealText(key: string, text: string): string {
    return this.sealBytes(key, Buffer.from(text));
  }

  openText(key: string, row: string): string | undefined {
    return this.openBytes(key, row)?.toString();
  }

  sealBytes(key: string, bytes: Buffer): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#sealing, nonce).setAAD(Buffer.from(key));
    const sealed = [nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(sealed).toString('base64');
  }

  openBytes(key: string, row: string): Buffer | undefined {
    const bytes = exactBase64(row);
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
