import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { CallIdentity } from '../../src/key/call-identity.ts';
import { FORMAT_VERSION, fingerprint } from '../../src/key/fingerprint.ts';

class Money {
  readonly amount = '5.00';
  toJSON() {
    return { amount: this.amount };
  }
}

const LONG = 'All happy families are alike. '.repeat(20);
const request = { messages: [{ role: 'user', content: 'Hello' }], temperature: 0.7 };
const of = (content: unknown): CallIdentity => ({ provider: 'ask', request: content });

/**
 * These digests were computed once, by format version 2. If one changes, no entry that a user has stored is found any more:
 * raise FORMAT_VERSION first, and then change this table.
 */
const DIGESTS: readonly (readonly [string, CallIdentity, string])[] = [
  ['an empty request', of({}), '2R6T_eXGRKHukZNjmm_78skGGuow-wv4Ct1p2O_f3Vs'],
  ['no request', of(undefined), 'rC-sgHoSpAAfqZQ5mCS3LybecaKlj1TEjoTiQhhrC5k'],
  ['a text', of('Hello'), 'tAtRH-YCXrEdIis_nVEQyjQ6Dy55Fk1eWo1zaFWKMEA'],
  [
    'numbers',
    of([0, -0, 1.5, -1e21, 1e-7, Number.MAX_SAFE_INTEGER]),
    '-ke9w7-KdT_L91yzgQyDsBCnTvkrMxZH9xtBLFPEf-k',
  ],
  [
    'numbers that JSON lacks',
    of([Number.NaN, Infinity, -Infinity, 12345678901234567890n]),
    'qFCf-Z_F1Bdd3cjrjtH-SPrvKY-ipOkW_dBOWPwU-mg',
  ],
  [
    'literals and gaps',
    of([true, false, null, undefined, [], {}]),
    'wJd-JU9E4McKn1Xd6DChBhiRmLwJUh-ZzVap5g6Wqt0',
  ],
  [
    'a chat',
    { provider: 'openai', model: 'gpt-4o', request: { ...request, model: 'gpt-4o' } },
    'vHBqHapwYtMayOlUt4uXcZCzhZP8Av6csEJ5lehwO84',
  ],
  [
    'every field of an identity',
    {
      provider: 'openai',
      operation: 'POST https://api.openai.com/v1/chat/completions',
      model: 'gpt-4o',
      streamed: true,
      headers: { 'openai-beta': 'assistants=v2' },
      version: '2',
      sample: 3,
      code: 'abc',
      further: ['second', { third: 3 }],
      request,
    },
    'K7FaM7f1Gwo_Kz54W_9qqxww5LeeYfX6YsNXm3DdmIs',
  ],
  ['a long text', of({ prompt: LONG }), 'uaaEt6St274qq_VM-x_UUwKoWo84oiKbqjIPI02baGY'],
  [
    'a long text of another script',
    of({ prompt: '世界🌍'.repeat(100) }),
    'M5_0QYHqKAJy1zbOu7DRVc0YZu3VLTqkYP7rjwN6HdU',
  ],
  [
    'a long text with a lone surrogate',
    of(`${LONG}\ud800`),
    'XUXFBa-2aFypoexm6wRhQaNtbtiNtAP7CHD7Ty0QW0E',
  ],
  [
    'texts that imitate',
    of(['\u0000', '\u0000\u0000', '\u0000bigint:1', '"', '\n', '\u2028']),
    'uyTCYAmnN98nWVH30Grhr5OAvXe5qX7OH6BexEg5JU8',
  ],
  [
    'keys in no order',
    of({ b: 1, a: 2, 10: 3, 9: 4, é: 5, Z: 6, '': 7 }),
    '__FwyjBm9W8ErEohYzjG3cCmncgrVU1GVeSKVlav2yU',
  ],
  [
    'a key that names a prototype',
    of(JSON.parse('{"__proto__":1,"constructor":2}')),
    '6j8sVw3SfxBf-9fi1OejQECOG-7yc-iDNPTTt-8BMCU',
  ],
  [
    'dates and addresses',
    of([new Date(0), new Date(Number.NaN), new URL('https://a.example/?q=1')]),
    'gALOIpnupOIlsS7Rb5rWEttuKlPUtE2ozFC9W1qULWw',
  ],
  [
    'collections',
    of([
      new Map<unknown, unknown>([
        ['a', 1],
        [{ b: 1 }, new Set([2, 1])],
      ]),
      new Set(),
    ]),
    'i8q5lKpxaUTBoP96I0OgWZxXtqS9b0dJ1B96Y2kCKwE',
  ],
  [
    'bytes',
    of([Uint8Array.of(1, 2, 3), new Uint8Array()]),
    'vrIWdCnSDdWORn3ZXOstVPqP0aRGr8p3OejgZgTkOKI',
  ],
  [
    'numbers of other widths',
    of([Float32Array.of(0.5), Uint16Array.of(1), new Uint8ClampedArray(1)]),
    'rj_V-OoaYUuNkuYa_Gcir-cJrzvVVeiXQiz_pdcEeSg',
  ],
  [
    'an instance with a toJSON',
    of({ price: new Money() }),
    'j1sFuNh06vJSuZwAYifEH-62CB3rFPPkR6GEpU9dkvU',
  ],
];

describe('the fingerprint', () => {
  test('is of format version 2', () => {
    expect(FORMAT_VERSION).toBe(2);
  });

  test.each(DIGESTS)('of %s has not changed', (_name, identity, digest) => {
    expect(fingerprint(identity)).toBe(digest);
  });

  test('differs for each of these identities', () => {
    expect(new Set(DIGESTS.map(([, , digest]) => digest)).size).toBe(DIGESTS.length);
  });

  test('is the SHA-256 of the version and the canonical text', () => {
    const text = 'cached-llm:2\n{"provider":"ask","request":{"a":[1,"b"]}}';
    const sha256 = createHash('sha256').update(text).digest('base64url');
    expect(fingerprint(of({ a: [1, 'b'] }))).toBe(sha256);
  });

  test('is 256 bits in characters that are safe in keys, addresses and file names', () => {
    expect(fingerprint(of({}))).toMatch(/^[\w-]{43}$/);
  });

  test('is the same for an undefined field and an absent field', () => {
    const bare = { provider: 'ask', request };
    const filled = { ...bare, model: undefined, version: undefined, further: undefined };
    expect(fingerprint(filled)).toBe(fingerprint(bare));
  });

  test('covers every field of the identity', () => {
    const bare: CallIdentity = { provider: 'ask', request };
    const others: CallIdentity[] = [
      { ...bare, provider: 'translate' },
      { ...bare, operation: 'ask' },
      { ...bare, model: 'ask' },
      { ...bare, streamed: true },
      { ...bare, streamed: false },
      { ...bare, headers: {} },
      { ...bare, version: 'ask' },
      { ...bare, sample: 0 },
      { ...bare, code: 'ask' },
      { ...bare, further: [] },
      { ...bare, request: { ...request, seed: 1 } },
    ];
    expect(new Set([bare, ...others].map(fingerprint)).size).toBe(others.length + 1);
  });
});
