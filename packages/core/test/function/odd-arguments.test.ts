import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';

/** A function that counts its calls, its cached form, and the events of bypasses. */
function trial(options: object = {}) {
  const cache = createLlmCache();
  const bypasses: unknown[] = [];
  cache.on('bypass', (event) => bypasses.push(event));
  let calls = 0;
  const ask = cachedLlmCall(
    async (..._given: unknown[]) => {
      calls += 1;
      return { text: `answer ${calls}` };
    },
    { cache, name: 'ask', ...options },
  );
  return { ask, bypasses, calls: () => calls };
}

describe('an argument at the end that is undefined', () => {
  test('is the same as none', async () => {
    const { ask, calls } = trial();
    await ask('a');
    await ask('a', undefined);
    await ask('a', undefined, undefined);
    expect([calls(), ask.keyOf('a', undefined) === ask.keyOf('a')]).toEqual([1, true]);
  });

  test('is another argument where one follows it, or where it is null', async () => {
    const { ask } = trial();
    const keys = [ask.keyOf('a', 1), ask.keyOf('a', undefined, 1), ask.keyOf('a', null)];
    expect(new Set([...keys, ask.keyOf('a')]).size).toBe(4);
  });
});

describe('a regular expression', () => {
  test('is in the key by its source, its flags and where it goes on', async () => {
    const { ask } = trial();
    const later = /a/g;
    later.lastIndex = 1;
    const keys = [/a/, /b/, /a/i, /a/g, later, '/a/', String(/a/)].map((each) => ask.keyOf(each));
    expect(keys).not.toContain(undefined);
    expect(new Set(keys).size).toBe(6);
    expect(ask.keyOf({ until: [/a/u] })).toBe(ask.keyOf({ until: [/a/u] }));
  });
});

/** A schema as Valibot makes it: plain data and functions. */
const plainSchema = () => ({
  type: 'string',
  '~standard': { version: 1, vendor: 'mine', validate: (value: unknown) => ({ value }) },
});

describe('a schema', () => {
  test.each<[string, () => unknown]>([
    ['of Zod', () => z.object({ mood: z.string() })],
    ['of plain data and functions', plainSchema],
  ])('%s bypasses the cache, and one event says what to write', async (_whose, schema) => {
    const { ask, bypasses, calls } = trial();
    const { info } = await ask.withInfo('a', schema());
    await ask('a');
    expect([info.reason, calls(), ask.keyOf('a', schema())]).toEqual([
      'not-canonical',
      2,
      undefined,
    ]);
    expect(bypasses).toMatchObject([
      { reason: 'not-canonical', remedy: expect.stringContaining('z.toJSONSchema(schema)') },
    ]);
  });

  test('is in the key by its JSON Schema where `key` returns that', async () => {
    const key = (text: string, schema: z.ZodType) => [text, z.toJSONSchema(schema)];
    const { ask } = trial({ key });
    const mood = () => z.object({ mood: z.string() });
    expect(ask.keyOf('a', mood())).toBe(ask.keyOf('a', mood()));
    expect(ask.keyOf('a', mood())).not.toBe(ask.keyOf('a', z.object({ mood: z.number() })));
  });
});

test('null is no answer, unless `admit` says that it is one', async () => {
  const cache = createLlmCache();
  let calls = 0;
  const nothing = async (_text: string) => {
    calls += 1;
    return null;
  };
  const ask = cachedLlmCall(nothing, { cache, name: 'ask' });
  expect([await ask('a'), await ask('a'), calls]).toEqual([null, null, 2]);
  const admitting = ask.with({ admit: { empty: true } });
  expect([await admitting('a'), await admitting('a'), calls]).toEqual([null, null, 3]);
});
