import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Encryption, NO_ENCRYPTION, SecretEncryption } from '../../src/entry/encryption.ts';

const SECRET = 'a secret that is long enough to be one';
const KEY = 'app:2:-:aVerySecretNameThatSaysNothingOfItself';
const encryption = new SecretEncryption(SECRET);
const other = new SecretEncryption(`${SECRET}!`);

describe.each<[string, Encryption]>([
  ['under a secret', encryption],
  ['without a secret', NO_ENCRYPTION],
])('%s', (_name, own) => {
  test('any text and any bytes come back as they were', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(text.isWellFormed()); // JSON that was just written always is
        expect(own.decryptText(KEY, own.encryptText(KEY, text))).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const opened = own.decryptBytes(KEY, own.encryptBytes(KEY, Buffer.from(bytes)));
        expect(opened?.equals(bytes)).toBe(true);
      }),
    );
  });

  test('the name of a text is always the same, and two texts have different names', () => {
    const names = (['scope', 'tag', 'fingerprint'] as const).flatMap((kind) => [
      own.keyNameOf(kind, 'one'),
      own.keyNameOf(kind, 'two'),
    ]);
    expect(new SecretEncryption(SECRET).keyNameOf('tag', 'one')).toBe(
      encryption.keyNameOf('tag', 'one'),
    );
    expect(new Set(names).size).toBe(own === NO_ENCRYPTION ? 4 : 6);
  });
});

describe('a name under a secret', () => {
  test('has all bits of HMAC-SHA-256, and never changes, because stored rows are found by it', () => {
    expect(encryption.keyNameOf('fingerprint', 'f')).toBe(
      '2L27qF2vjyjn8HktwSf8b_jKphaRiMygbEx9qnmTKC0',
    );
    expect(encryption.id).toBe('4tmL7yeH');
  });

  test('differs between two secrets', () => {
    expect(encryption.keyNameOf('scope', 'alice')).not.toBe(other.keyNameOf('scope', 'alice'));
    expect(encryption.id).not.toBe(other.id);
  });
});

describe('an encrypted text', () => {
  const row = encryption.encryptText(KEY, '{"answer":"The sky is blue."}');

  test.each([
    ['its text', 'latin1'],
    ['its bytes', 'base64'],
  ] as const)('is not decrypted when any bit of %s was changed', (_what, encoding) => {
    const bytes = Buffer.from(row, encoding);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const decrypted = encryption.decryptText(KEY, changed.toString(encoding));
      expect([bit, decrypted]).toEqual([bit, undefined]);
    }
  });

  test('is not decrypted when it was cut, lengthened or written in another notation', () => {
    for (let length = 0; length < row.length; length++) {
      expect(encryption.decryptText(KEY, row.slice(0, length))).toBe(undefined);
    }
    const others = [`${row}=`, `${row}A`, ` ${row}`, `${row}\n`, row.replaceAll('=', '')];
    const url = Buffer.from(row, 'base64').toString('base64url');
    for (const changed of [...others, url].filter((text) => text !== row)) {
      expect([changed, encryption.decryptText(KEY, changed)]).toEqual([changed, undefined]);
    }
  });

  test('is not decrypted under another key or another secret', () => {
    expect(encryption.decryptText(`${KEY}x`, row)).toBe(undefined);
    expect(encryption.decryptText('', row)).toBe(undefined);
    expect(other.decryptText(KEY, row)).toBe(undefined);
    expect(encryption.decryptText(KEY, row)).toBeDefined();
  });

  test('is the only text that is decrypted: any other text is not', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), (text) => {
        expect(encryption.decryptText(KEY, text)).toBe(undefined);
        expect(encryption.decryptBytes(KEY, text)).toBe(undefined);
      }),
    );
  });

  test('starts differently each time the same text is encrypted', () => {
    const rows = Array.from({ length: 50 }, () => encryption.encryptText(KEY, 'text').slice(0, 16));
    expect(new Set(rows).size).toBe(50);
  });
});
