import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache, LlmCacheError } from '../../src/index.ts';
import { startTrial } from '../trial.ts';

/** How many calls the provider gets for these requests, with these fields ignored. */
async function callsFor(ignore: readonly string[], requests: readonly object[]) {
  const { cache } = startTrial();
  let calls = 0;
  const ask = cachedLlmCall(async (_request: object) => ++calls, {
    ...{ cache, provider: 'mine', ignore },
  });
  for (const request of requests) await ask(request);
  return calls;
}

const message = (id: string, content = 'Hi') => ({ id, content, parts: [{ id, at: `t-${id}` }] });

describe('a path of `ignore`', () => {
  test.each([
    [
      'each item of a list',
      ['messages.*.id', 'messages.*.parts.*.id', 'messages.*.parts.*.at'],
      [{ messages: [message('a'), message('b')] }, { messages: [message('c'), message('d')] }],
    ],
    [
      'one item of a list',
      ['messages.0.id', 'messages.0.parts'],
      [{ messages: [message('a')] }, { messages: [message('b')] }],
    ],
    [
      'each field of a record',
      ['options.*.createdAt'],
      [{ options: { mastra: { createdAt: 1 } } }, { options: { mastra: { createdAt: 2 } } }],
    ],
    [
      'each field whose name starts alike',
      ['metadata.run_*'],
      [{ metadata: { run_id: 1, run_at: 1, a: 1 } }, { metadata: { run_id: 2, run_at: 2, a: 1 } }],
    ],
    ['a field with a dollar', ['$schema'], [{ $schema: 1 }, { $schema: 2 }]],
  ])('reaches %s', async (_name, ignore, requests) => {
    expect(await callsFor(ignore, requests)).toBe(1);
    expect(await callsFor([], requests)).toBe(2);
  });

  test.each([
    [
      'the other items',
      ['messages.0.id'],
      [{ messages: [{ id: 1 }, { id: 2 }] }, { messages: [{ id: 1 }, { id: 3 }] }],
    ],
    [
      'the other fields of an item',
      ['messages.*.id'],
      [{ messages: [{ id: 1, content: 'a' }] }, { messages: [{ id: 1, content: 'b' }] }],
    ],
    ['the number of items', ['messages.*.id'], [{ messages: [{ id: 1 }] }, { messages: [] }]],
    ['names that start otherwise', ['a.run_*'], [{ a: { rerun_id: 1 } }, { a: { rerun_id: 2 } }]],
    ['a field of that very name', ['a.*.b'], [{ 'a.*.b': 1 }, { 'a.*.b': 2 }]],
    [
      'a list that has fields besides its items',
      ['list.*.id'],
      [{ list: Object.assign([1], { a: 1 }) }, { list: Object.assign([1], { a: 2 }) }],
    ],
  ])('does not reach %s', async (_name, ignore, requests) => {
    expect(await callsFor(ignore, requests)).toBe(2);
  });

  test.each([
    ...['messages[0].id', 'messages[*].id', '$.messages', '/metadata/run_id', 'metadata..run_id'],
    ...['.metadata', 'metadata.', ' metadata', 'run id', 'a.*b', 'a.**', '*', '*.id', 'headers'],
  ])('is refused where it names nothing: %s', (path) => {
    const remedy = /^ignore is .*messages\.\*\.id/;
    expect(() => createLlmCache({ ignore: [path] })).toThrow(LlmCacheError);
    expect(() => createLlmCache({ ignore: [path] })).toThrow(remedy);
  });

  test('reaches the headers of an identity, in any case, and no header beside them', () => {
    const { cache } = startTrial();
    const keyOf = (headers: Record<string, string>, ignore: readonly string[]) =>
      cache.keyOf({ provider: 'mine', headers, request: { prompt: 'Hi' } }, { ignore });
    const ignore = ['headers.X-Session-Id', 'headers.helicone-*'];
    const one = { 'x-session-id': '1', 'helicone-user-id': '1', 'openai-beta': 'v2' };
    const other = { 'x-session-id': '2', 'openai-beta': 'v2' };
    expect(keyOf(one, ignore)).toBe(keyOf(other, ignore));
    expect(keyOf(one, ignore)).not.toBe(keyOf({ ...one, 'openai-beta': 'v3' }, ignore));
    expect(keyOf(one, [])).not.toBe(keyOf(other, []));
  });
});
