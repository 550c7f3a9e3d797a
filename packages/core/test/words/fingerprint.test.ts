import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { CallIdentity } from '../../src/words/call-identity.ts';
import { FORMAT_VERSION, fingerprint } from '../../src/words/fingerprint.ts';

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
 * Computed once, by format version 1. A digest that changes here orphans every stored entry of every user:
 * raise FORMAT_VERSION, and only then this table.
 */
const DIGESTS: readonly (readonly [string, CallIdentity, string])[] = [
  ['an empty request', of({}), 'ZiGKtzNRH0pPMgC9ceTl1RjfzD_zBhh0EDfyf5c_RYI'],
  ['no request', of(undefined), 'xr1V14UeQZiHm1cjDqWVr3imTrycAAa3lfaZKDUvkTU'],
  ['a text', of('Hello'), 'SL1Ts2QOyKCDxW_fPIGfE5zo6SC9xqDoy830TlD7c9Y'],
  [
    'numbers',
    of([0, -0, 1.5, -1e21, 1e-7, Number.MAX_SAFE_INTEGER]),
    'ckFcrUCW4eQlfebvwNU-1l1mOgIZyA8gclkbXzd_PZU',
  ],
  [
    'numbers that JSON lacks',
    of([Number.NaN, Infinity, -Infinity, 12345678901234567890n]),
    'saeVALfzcV8yoJcA8cTXuHU9LJhGrGuH5GN2WhLLb7w',
  ],
  [
    'literals and gaps',
    of([true, false, null, undefined, [], {}]),
    'W7_Hn6Woajb-mnCJJjETeuar_VYybvLiuFvmbIXVIJw',
  ],
  [
    'a chat',
    { provider: 'openai', model: 'gpt-4o', request: { ...request, model: 'gpt-4o' } },
    'DzMeRTUTnZhnBeHBwUldhXz5f4SEu_gv2VkpuzkslQ0',
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
    '4RyOxCoCRBEvOICSAvVzrHea0G6gbABwT9yl7UqeGvY',
  ],
  ['a long text', of({ prompt: LONG }), '4fpDnKcL8_L5JwOWHPI6Hq98iP-AjKGDOTJPBCdRsJo'],
  [
    'a long text of another script',
    of({ prompt: '世界🌍'.repeat(100) }),
    'm4JEfje7ZmxFqP7SROpq0HnFiHo8Xkv0o9CqOLxG6-4',
  ],
  [
    'a long text with a lone surrogate',
    of(`${LONG}\ud800`),
    'CzUeUlGSvQSuTRCufNFpCr90brWxKQPBD3uFfp0OdnQ',
  ],
  [
    'texts that imitate',
    of(['\u0000', '\u0000\u0000', '\u0000bigint:1', '"', '\n', '\u2028']),
    'M9gtY3QkvaDZj8cQt6g5Dn4JnJgLp_1P2XQ5AI2FXLo',
  ],
  [
    'keys in no order',
    of({ b: 1, a: 2, 10: 3, 9: 4, é: 5, Z: 6, '': 7 }),
    'l9xBlpzEEqHRGhTi-ylbQqCSxP0ebPnwsaITF2as1L8',
  ],
  [
    'a key that names a prototype',
    of(JSON.parse('{"__proto__":1,"constructor":2}')),
    'mrOGc6tucO_NCt1J1sTXc7UPQpbTznjD4Vm61AjCMiE',
  ],
  [
    'dates and addresses',
    of([new Date(0), new Date(Number.NaN), new URL('https://a.example/?q=1')]),
    'io97JPd6V7fon5nNbA2_ovrdEY3LxpkkFLQnAspb4pQ',
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
    'fYgfrIb6hO9eOFPPmL8oTeTbeC5W1f9Ywu3feehkz94',
  ],
  [
    'bytes',
    of([Uint8Array.of(1, 2, 3), new Uint8Array()]),
    '_ED9geUdwVlQ8YmUTjGmDQBGcSvsOxIN-4HPyTTajqo',
  ],
  [
    'numbers of other widths',
    of([Float32Array.of(0.5), Uint16Array.of(1), new Uint8ClampedArray(1)]),
    'v9o-TObbWa95RlsrWvJIy59JB5THr95UO0lD7cle-u8',
  ],
  [
    'an instance that reads as JSON',
    of({ price: new Money() }),
    'tsK34ZeL_RFi12gphsrQQbxSpQ13E_1MB8Dy31Zm5TM',
  ],
];

describe('the fingerprint', () => {
  test('is of format version 1', () => {
    expect(FORMAT_VERSION).toBe(1);
  });

  test.each(DIGESTS)('of %s is what it always was', (_name, identity, digest) => {
    expect(fingerprint(identity)).toBe(digest);
  });

  test('tells these identities apart', () => {
    expect(new Set(DIGESTS.map(([, , digest]) => digest)).size).toBe(DIGESTS.length);
  });

  test('is the SHA-256 of the version and the canonical text', () => {
    const text = 'cached-llm:1\n{"provider":"ask","request":{"a":[1,"b"]}}';
    const sha256 = createHash('sha256').update(text).digest('base64url');
    expect(fingerprint(of({ a: [1, 'b'] }))).toBe(sha256);
  });

  test('is 256 bits that are safe in keys, addresses and file names', () => {
    expect(fingerprint(of({}))).toMatch(/^[\w-]{43}$/);
  });

  test('takes a field that is undefined for one that is absent', () => {
    const bare = { provider: 'ask', request };
    const filled = { ...bare, model: undefined, version: undefined, further: undefined };
    expect(fingerprint(filled)).toBe(fingerprint(bare));
  });

  test('covers every field of the identity', () => {
    const bare: CallIdentity = { provider: 'ask', request };
    const others: CallIdentity[] = [
      { ...bare, provider: 'tell' },
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
