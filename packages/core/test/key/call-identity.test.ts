import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { normaliseRequest, roundTemperature } from '../../src/key/call-identity.ts';
import { type Fields, fieldAt, fieldPath, isFields } from '../../src/key/fields.ts';
import { arbitraryJson } from './arbitrary-json.ts';

const normalise = (request: Fields, ignore: readonly string[] = [], temperature = 'temperature') =>
  normaliseRequest(request, { ignore: ignore.map(fieldPath), temperature: fieldPath(temperature) });

describe('the temperature', () => {
  test.each([
    [0.7000001, 0.7],
    [0.704, 0.7],
    [0.706, 0.71],
    [1, 1],
    [0, 0],
    ['0.7000001', '0.7000001'],
    [null, null],
    [undefined, undefined],
  ])('%p is rounded to %p', (given, rounded) => {
    expect(roundTemperature(given)).toBe(rounded);
  });

  test('is rounded at its path, even in a nested field', () => {
    const config = { temperature: 0.123456, topP: 0.123456 };
    expect(normalise({ config }, [], 'config.temperature')).toEqual({
      config: { temperature: 0.12, topP: 0.123456 },
    });
  });

  test('is not rounded at another path', () => {
    const request = {
      top_p: 0.123456,
      messages: [{ temperature: 0.123456 }],
      tools: { temperature: 0.123456 },
    };
    expect(normalise(request)).toEqual(request);
  });
});

describe('an ignored field', () => {
  test('is left out at its path, and not at another path', () => {
    const request = {
      user: 'alice',
      metadata: { user: 'alice', run: 1, inner: { run: 2 } },
      messages: [{ user: 'alice', metadata: { run: 3 } }],
      run: 4,
    };
    const normalised = normalise(request, ['user', 'metadata.run']);
    expect(JSON.parse(JSON.stringify(normalised))).toEqual({
      metadata: { user: 'alice', inner: { run: 2 } },
      messages: request.messages,
      run: 4,
    });
  });

  test('that is missing adds nothing', () => {
    const request = { a: 1, b: null, c: 'text', d: [1] };
    for (const path of ['x', 'a.x', 'b.x', 'c.length', 'd.1', 'd.length', 'x.y.z', 'toString']) {
      expect(Object.entries(normalise(request, [path]))).toEqual(Object.entries(request));
    }
  });

  test('may have any name', () => {
    const request: Fields = JSON.parse('{"__proto__":{"a":1},"constructor":1,"a":2}');
    const normalised = normalise(request, ['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(normalised)).toBe(Object.prototype);
    expect(JSON.stringify(normalised)).toBe('{"a":2}');
  });
});

describe('a request', () => {
  test('is not changed', () => {
    fc.assert(
      fc.property(arbitraryJson, arbitraryJson, (temperature, metadata) => {
        const request = { temperature, metadata, config: { temperature, run: metadata } };
        const before = JSON.stringify(request);
        normalise(request, ['metadata', 'config.run'], 'config.temperature');
        expect(JSON.stringify(request)).toBe(before);
      }),
    );
  });

  test('that needs no change is not copied', () => {
    const request = Object.freeze({ temperature: 0.5, messages: [] });
    expect(normalise(request, ['user', 'metadata.run'])).toBe(request);
  });

  test('retains its instances unchanged, because they are values and not fields', () => {
    const when = new Date(0);
    const instance = new (class Session {
      run = 1;
      temperature = 0.123456;
    })();
    const request = { when, instance, map: new Map([['run', 1]]) };
    const normalised = normalise(
      request,
      ['instance.run', 'map.run', 'when.run'],
      'instance.temperature',
    );
    expect(normalised.when).toBe(when);
    expect(normalised.instance).toBe(instance);
    expect(normalised.map).toBe(request.map);
    expect(instance).toEqual({ run: 1, temperature: 0.123456 });
  });
});

describe('fields', () => {
  test('are those of a plain object only', () => {
    expect([{}, Object.create(null), { a: 1 }].every(isFields)).toBe(true);
    const others = [
      null,
      undefined,
      'a',
      1,
      [],
      new Date(),
      new Map(),
      new (class A {})(),
      () => 1,
    ];
    expect(others.some(isFields)).toBe(false);
  });

  test('are found by their path, and never in another value than a plain object', () => {
    expect(fieldAt({ a: { b: { c: 1 } } }, fieldPath('a.b.c'))).toBe(1);
    expect(fieldAt({ a: 'text' }, fieldPath('a.length'))).toBe(undefined);
    expect(fieldAt({ a: [1] }, fieldPath('a.0'))).toBe(undefined);
  });
});
