import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { NotCanonicalError } from '../../src/key/canonical-rules.ts';
import { canonicalText } from '../../src/key/fingerprint.ts';

const textsOf = (values: readonly unknown[]) => values.map(canonicalText);

function expectEqual(values: readonly unknown[]): void {
  expect(new Set(textsOf(values)).size).toBe(1);
}

function expectDifferent(values: readonly unknown[]): void {
  expect(new Set(textsOf(values)).size).toBe(values.length);
}

function refusal(value: unknown): NotCanonicalError {
  try {
    canonicalText(value);
  } catch (error) {
    if (error instanceof NotCanonicalError) return error;
    throw error;
  }
  throw new Error('The value has a canonical form.');
}

const buffer = Uint8Array.of(1, 2, 3, 4).buffer;

class Celsius {
  readonly degrees: number;
  constructor(degrees: number) {
    this.degrees = degrees;
  }
  get kelvin() {
    return this.degrees + 273.15;
  }
}

class Price {
  readonly cents: number;
  readonly remark: string;
  constructor(cents: number, remark = '') {
    this.cents = cents;
    this.remark = remark;
  }
  toJSON() {
    return { cents: this.cents, at: new Date(0) };
  }
}

class Weight extends Price {}

describe('in the canonical form of numbers', () => {
  test('zero has no sign, as in JSON', () => {
    expectEqual([[0], [-0]]);
  });

  test('values that JSON writes as null differ from null and from each other', () => {
    expectDifferent([
      null,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      undefined,
    ]);
  });

  test('two notations of one number are equal', () => {
    expectEqual([JSON.parse('1e2'), JSON.parse('100.0'), 100]);
    expectDifferent([0.1 + 0.2, 0.3, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, 1e21]);
  });

  test('a bigint is not a number, and has all its digits', () => {
    expectDifferent([1n, 1, -1n, 2n ** 64n, 2n ** 64n + 1n]);
  });
});

describe('in the canonical form of fields', () => {
  test('a field that is undefined is absent, as in JSON', () => {
    expectEqual([{ a: 1 }, { a: 1, b: undefined }]);
    expectDifferent([{ a: 1 }, { a: 1, b: null }]);
  });

  test('undefined in an array counts, and a hole is undefined', () => {
    expectDifferent([[], [undefined], [null], [undefined, undefined], [1, undefined]]);
    expectEqual([new Array(2), [undefined, undefined]]);
    expectEqual([Object.assign(new Array(3), { 1: 'a' }), [undefined, 'a', undefined]]);
  });

  test('names with a meaning in JavaScript are ordinary names', () => {
    const parsed = [
      '{"__proto__":{"a":1}}',
      '{"__proto__":{"a":2}}',
      '{"__proto__":null}',
      '{"constructor":{"name":"Map"}}',
      '{"constructor":{"name":"Set"}}',
      '{"toJSON":"a"}',
      '{"toJSON":"b"}',
      '{"hasOwnProperty":1}',
      '{"length":1}',
      '{}',
      '[]',
    ];
    expectDifferent(parsed.map((text) => JSON.parse(text)));
  });

  test('a field named __proto__ is written beside a field that needs a rule', () => {
    const withPrototype = (value: number) => ({
      ...JSON.parse(`{"__proto__":{"a":${value}}}`),
      when: new Date(0),
    });
    expectDifferent([withPrototype(1), withPrototype(2), { when: new Date(0) }]);
  });

  test('a record without a prototype is an ordinary record', () => {
    expectEqual([Object.assign(Object.create(null), { a: 1 }), { a: 1 }]);
  });

  test('one object in two fields is written twice', () => {
    const shared = { city: 'Bern' };
    expectEqual([
      { from: shared, to: [shared, shared] },
      { from: { city: 'Bern' }, to: [{ city: 'Bern' }, { city: 'Bern' }] },
    ]);
  });
});

describe('in the canonical form of dates, URLs and collections', () => {
  test('a date is its instant, and differs from a text or a number', () => {
    const day = new Date('2026-01-01');
    expectEqual([day, new Date(day)]);
    expectDifferent([day, day.toJSON(), day.getTime(), new Date(0), new Date(Number.NaN), null]);
  });

  test('a URL is its address, and differs from a text', () => {
    expectEqual([new URL('HTTPS://Example.org'), new URL('https://example.org/')]);
    expectDifferent([
      new URL('https://example.org/'),
      'https://example.org/',
      new URL('https://a.b'),
    ]);
  });

  test('a map is its pairs in their order, and its keys are compared by content', () => {
    const map = (...pairs: [unknown, unknown][]) => new Map(pairs);
    expectDifferent([map(['a', 1], ['b', 2]), map(['b', 2], ['a', 1])]);
    expectEqual([map([{ x: 1, y: 2 }, 1]), map([{ y: 2, x: 1 }, 1])]);
    expectDifferent([
      map(),
      map(['a', 1]),
      map(['a', '1']),
      map([['a', 1], undefined]),
      { a: 1 },
      {},
    ]);
    expectDifferent([map(['a', map(['b', 1])]), map(['a', { b: 1 }]), [['a', ['b', 1]]]]);
  });

  test('a set is its members in their order', () => {
    expectEqual([new Set(['a', { b: 1 }]), new Set(['a', { b: 1 }])]);
    expectDifferent([new Set(['a', { b: 1 }]), new Set([{ b: 1 }, 'a'])]);
    expectDifferent([new Set(), new Set(['a']), new Set([['a']]), ['a'], new Map(), [], {}]);
  });

  test('values of another realm equal those of this realm', () => {
    const foreign = runInNewContext(
      '({ list: [1, { a: null }], when: new Date(5), map: new Map([["k", new Set([1])]]) })',
    );
    const local = {
      list: [1, { a: null }],
      when: new Date(5),
      map: new Map([['k', new Set([1])]]),
    };
    expectEqual([foreign, local]);
  });
});

describe('in the canonical form of bytes', () => {
  test('equal bytes are equal in every kind of view', () => {
    expectEqual([
      Uint8Array.of(1, 2, 3, 4),
      Buffer.from([1, 2, 3, 4]),
      buffer,
      new DataView(buffer),
      new Uint8Array(Uint8Array.of(9, 1, 2, 3, 4, 9).buffer, 1, 4),
      runInNewContext('Uint8Array.of(1, 2, 3, 4)'),
    ]);
  });

  test('other bytes differ, and so do empty bytes', () => {
    const one = Uint8Array.of(1, 2, 3, 4);
    expectDifferent([one, Uint8Array.of(1, 2, 3, 5), one.slice(1), new Uint8Array(), [1, 2, 3, 4]]);
  });

  test('numbers of another width differ from bytes, although their memory is the same', () => {
    expectDifferent([
      new Uint8Array(buffer),
      new Float32Array(buffer),
      new Uint32Array(buffer),
      new Int32Array(buffer),
      new Uint8ClampedArray(buffer),
    ]);
  });
});

describe('in the canonical form of instances', () => {
  test('a class with a toJSON is written by it, together with its name', () => {
    expectEqual([new Price(5, 'one'), new Price(5, 'two')]);
    expectDifferent([new Price(5), new Price(6), new Weight(5), { cents: 5, at: new Date(0) }]);
  });

  test('a class with other members and without a toJSON is refused', () => {
    expect(refusal({ sensor: new Celsius(20) }).message).toContain('Celsius');
  });

  test('a field named constructor is not the name of the class, and is not in the message', () => {
    const price = Object.assign(new Price(5), { constructor: { name: 'Weight' } });
    expectEqual([price, new Price(5)]);
    const celsius = Object.assign(new Celsius(5), { constructor: { name: 'hunter2' } });
    expect(refusal(celsius).message).not.toContain('hunter2');
  });

  test('what LangChain binds to a model counts beside the JSON of the model', () => {
    const bound = (defaultOptions?: object) => Object.assign(new Price(5), { defaultOptions });
    expectDifferent([bound(), bound({ tools: ['add'] }), bound({ tools: ['drop'] })]);
  });

  test('the value that toJSON returns follows the same rules', () => {
    const returning = (value: unknown) =>
      new (class Wrapped {
        toJSON = () => value;
      })();
    expectDifferent([
      returning(1),
      returning('1'),
      returning(1n),
      returning(new Date(1)),
      returning([]),
    ]);
    expect(() => canonicalText(returning(new Celsius(1)))).toThrow(NotCanonicalError);
  });
});

const cycle: { self?: unknown } = {};
cycle.self = cycle;

class Endless {
  toJSON() {
    return new Endless();
  }
}

class Same {
  toJSON() {
    return this;
  }
}

class ZonedDate extends Date {
  readonly zone = 'Asia/Tokyo';
}

class Written {
  readonly #json: unknown;
  constructor(json: unknown) {
    this.#json = json;
  }
  toJSON() {
    return this.#json;
  }
}

const UNWRITTEN = { lc: 1, type: 'not_implemented', id: ['langchain', 'tools', 'Tool'] };

class Registry extends Map<string, number> {}
class Sound extends Uint8Array {}
class Rows extends Array<number> {}

function nested(depth: number): unknown {
  let value: unknown = 'core';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

const WITHOUT_RULE: readonly (readonly [string, unknown])[] = [
  ['a function', () => 1],
  ['a class', Celsius],
  ['a symbol', Symbol('secret')],
  ['a field named by a symbol', { [Symbol('secret')]: 1 }],
  ['an array with a field of its own', Object.assign([1], { index: 2 })],
  ['an array with holes and a field of its own', Object.assign(new Array(1), { index: 2 })],
  ['an array with a field named by a symbol', Object.assign([1], { [Symbol('secret')]: 1 })],
  ['the match of a regular expression', /(?<word>\w+)/.exec('word')],
  ['a cycle', cycle],
  ['a cycle of maps', ((map) => map.set('self', map))(new Map())],
  ['a toJSON that returns its own object', new Same()],
  ['a toJSON that never ends', new Endless()],
  ['10,000 levels', nested(10_000)],
  ['a Blob', new Blob(['a'])],
  ['a File', new File(['a'], 'a.txt')],
  ['a FormData', new FormData()],
  ['a Headers', new Headers()],
  ['a Request', new Request('https://example.org')],
  ['an error', new Error('secret')],
  ['a regular expression with a field of its own', Object.assign(/a/, { until: 1 })],
  ['a promise', Promise.resolve()],
  ['a signal', new AbortController().signal],
  ['a weak map', new WeakMap()],
  ['a boxed string', Object('a')],
  ['shared memory', new SharedArrayBuffer(4)],
  ['a generator', (function* () {})()],
  ['a zod schema', z.object({ city: z.string() })],
  ['a subclass of Date', new ZonedDate(0)],
  ['a subclass of Map', new Registry()],
  ['a subclass of Uint8Array', new Sound(2)],
  ['a subclass of Array', new Rows()],
  ['a date with a field of its own', Object.assign(new Date(0), { zone: 'UTC' })],
  ['a record that inherits fields', Object.create({ model: 'gpt' })],
  ['a record of a prototype of its own', Object.create(Object.create(null))],
  ['a template', ((strings: TemplateStringsArray) => strings)`a\n`],
  ['an instance whose JSON has no field', new Written({})],
  ['an instance whose JSON has no value', new Written({ id: undefined })],
  ['an instance whose JSON is undefined', new Written(undefined)],
  ['an instance that LangChain does not write', new Written(UNWRITTEN)],
  ['an instance with a part that LangChain does not write', new Written([{ tool: UNWRITTEN }])],
  ['a module', await import('node:path')],
];

describe('a value without a rule', () => {
  test.each(WITHOUT_RULE)('is refused with its path: %s', (_name, value) => {
    expect(refusal(value)).toBeInstanceOf(NotCanonicalError);
    expect(refusal({ tools: [{ a: 1 }, { schema: value }] }).path).toMatch(/^tools\[1\]\.schema/);
  });

  test('is not one of 500 levels', () => {
    expectDifferent([nested(499), nested(500)]);
  });

  test('throws the error of a getter or a proxy that throws', () => {
    const thrown = new Error('thrown by the caller');
    const fail = () => {
      throw thrown;
    };
    const proxy = new Proxy({}, { ownKeys: fail });
    const getter = {
      ...{ a: 1 },
      get b() {
        return fail();
      },
    };
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(() => canonicalText({ proxy })).toThrow(thrown);
    expect(() => canonicalText({ getter })).toThrow(thrown);
    expect(() => canonicalText({ revoked })).toThrow(TypeError);
    expect(() =>
      canonicalText(
        new (class {
          toJSON = fail;
        })(),
      ),
    ).toThrow(thrown);
  });

  test('is not a proxy or a getter that works', () => {
    expectEqual([
      new Proxy({ a: [1] }, {}),
      {
        get a() {
          return [1];
        },
      },
      { a: [1] },
    ]);
  });
});

describe('the path of a refused value', () => {
  const fn = () => 1;

  test('has fields and indices', () => {
    expect(refusal({ messages: [{}, { content: [{ image_url: fn }] }] }).path).toBe(
      'messages[1].content[0].image_url',
    );
    expect(refusal([fn]).path).toBe('[0]');
    expect(refusal(fn).path).toBe('');
  });

  test('never contains a value', () => {
    const secret = 'sk-proj-0123456789';
    const error = refusal({ secret, list: [secret, { secret, fn, [secret]: secret }, secret] });
    expect(`${error.message} ${error.path}`).not.toContain(secret);
    expect(error.path).toBe('list[1].fn');
  });

  test.each([
    'alice@example.org',
    'sk-proj-0123456789',
    '+41 79 123 45 67',
    '079123456',
    'What is the capital of France?',
    'a'.repeat(31),
    '',
    '../../etc/passwd',
  ])('never contains a key that is not an ordinary name: %p', (key) => {
    expect(refusal({ logit_bias: { [key]: fn } }).path).toBe('logit_bias.…');
    expect(refusal({ [key]: { inner: fn } }).path).toBe('….inner');
  });

  test('has only names, indices and dots', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (keys) => {
        const value = keys.reduceRight<unknown>(
          (inner, key) => Object.fromEntries([[key, inner]]),
          fn,
        );
        expect(refusal(value).path).toMatch(/^([A-Za-z_$]{1,30}|…)(\.([A-Za-z_$]{1,30}|…))*$/);
      }),
    );
  });
});
