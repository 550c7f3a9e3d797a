import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLlmCache, type LlmCache } from '../../src/index.ts';

const IDENTITY = { provider: 'p', operation: 'chat', request: { model: 'm', q: 'the sea' } };

let cache: LlmCache;
let key: string;
beforeEach(async () => {
  cache = createLlmCache({ store: 'memory:', ledger: false });
  key = cache.keyOf(IDENTITY) ?? '';
  await cache.set(IDENTITY, 'salt', { tags: ['a'] });
});
afterEach(() => cache.close());

describe('a change of tags', () => {
  test.each([
    [undefined, 'The change of tags is undefined'],
    [null, 'The change of tags is null'],
    ['reviewed', 'The change of tags is a string'],
    [{ added: ['b'] }, 'added'],
    [{ add: 'abc' }, 'add is a string'],
    [{ add: {} }, 'add is an instance of Object'],
    [{ add: [''] }, 'add has a tag that is no text'],
    [{ add: ['b', 5] }, 'add has a tag that is no text'],
    [{ add: [['b']] }, 'add has a tag that is no text'],
    [{ add: new Array(1) }, 'add has a tag that is no text'],
    [{ remove: 5 }, 'remove is a number'],
  ])('that is %j is refused, and the entry stays', async (change, message) => {
    const retagging = cache.inspection.retag(key, change as never); // what a program without types gives
    await expect(retagging).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(message),
    });
    expect(await cache.get(IDENTITY)).toBe('salt');
    expect((await cache.inspection.entry(key))?.header.tags).toEqual(['a']);
  });

  test.each([
    ['control characters', '\u001b[2J\0'],
    ['many characters', 'x'.repeat(100_000)],
    ['the name of a field', '__proto__'],
    ['a name of the core', 'model:m'],
  ])('to one of %s holds, and invalidates the entry', async (_what, tag) => {
    expect(await cache.inspection.retag(key, { add: [tag], remove: ['a'] })).toBe('retagged');
    expect((await cache.inspection.entry(key))?.header.tags).toEqual([tag]);
    expect(await cache.get(IDENTITY)).toBe('salt');
    expect(await cache.invalidate({ tag })).toBe(true);
    expect(await cache.get(IDENTITY)).toBeUndefined();
  });
});
