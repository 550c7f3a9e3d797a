import { assembleChoices, mergeDelta } from '@cached-llm/http';
import { expect, test } from '@jest/globals';

const call = (name: string, text: string, rest: object = {}) => ({
  ...rest,
  function: { name, arguments: text },
});
const callsIn = (...pieces: readonly object[]) =>
  pieces.map((piece) => ({ tool_calls: [piece] })).reduce<unknown>(mergeDelta, {});

test('pieces with one index are one call with the name and the id of the first piece', () => {
  const pieces = [
    call('sea', '{"salt"', { index: 0, id: 'a' }),
    call('', ':1}', { index: 0, id: 'null' }),
    call('lake', '{}', { index: 1, id: 'b' }),
  ];
  expect(callsIn(...pieces)).toEqual({
    tool_calls: [
      call('sea', '{"salt":1}', { index: 0, id: 'a' }),
      call('lake', '{}', { index: 1, id: 'b' }),
    ],
  });
});

test.each([
  ['without an index', call('sea', '{}'), call('lake', '{}')],
  [
    'with the same index and another id',
    call('sea', '{}', { index: 0, id: 'a' }),
    call('lake', '{}', { index: 0, id: 'b' }),
  ],
  ['with an index beyond the list', { index: 1e9 }, { index: 2e9 }],
])('pieces are two calls: %s', (_name, one, other) => {
  expect(callsIn(one, other)).toEqual({ tool_calls: [one, other] });
});

test('pieces of text are one text until another part follows, and a thought continues the thought before it', () => {
  const thought = (text: string) => ({ type: 'thinking', thinking: [{ type: 'text', text }] });
  const deltas = ['Riv', 'ers', [thought('H')], [thought('m')], 'salt', null];
  expect(deltas.reduce<unknown>(mergeDelta, undefined)).toEqual([
    { type: 'text', text: 'Rivers' },
    thought('Hm'),
    { type: 'text', text: 'salt' },
  ]);
});

test('choices are separated by their index, and are complete when each has its finish reason', () => {
  const chunk = (index: number, content: string, finish_reason: string | null) => ({
    choices: [{ index, delta: { content }, finish_reason }],
  });
  const chunks = [chunk(1, 'b', null), chunk(0, 'a', 'stop'), chunk(1, 'c', 'length')];
  expect(assembleChoices(chunks)).toEqual([
    { index: 1, message: { content: 'bc' }, finish_reason: 'length' },
    { index: 0, message: { content: 'a' }, finish_reason: 'stop' },
  ]);
  expect(assembleChoices(chunks.slice(0, 2))).toBeUndefined();
  expect(assembleChoices([])).toBeUndefined();
});
