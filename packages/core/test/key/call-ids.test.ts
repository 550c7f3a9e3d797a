import { describe, expect, test } from '@jest/globals';
import { identify, renameCallIds } from '../../src/key/call-identity.ts';
import { type Fields, fieldPath } from '../../src/key/fields.ts';
import { fingerprint } from '../../src/key/fingerprint.ts';

const PATHS = ['messages.*.tool_calls.*.id', 'messages.*.tool_call_id'].map(fieldPath);

const renamed = (request: Fields) => renameCallIds(request, PATHS);
const keyOf = (request: Fields) => fingerprint({ provider: 'p', request: renamed(request) });

/** A conversation that made some calls, and results in the order of `answered`. */
function conversation(called: readonly unknown[], answered: readonly unknown[] = called): Fields {
  const calls = called.map((id, index) => ({
    id,
    function: { name: 'now', arguments: `${index}` },
  }));
  const results = answered.map((id) => ({ role: 'tool', tool_call_id: id, content: 'noon' }));
  return { messages: [{ role: 'user' }, { role: 'assistant', tool_calls: calls }, ...results] };
}

const UUIDS = [
  '0b9f2f52-6d0c-4d2e-9a57-0d6d5a3b1c11',
  '5c3e1d4a-92b7-4f0a-8f1e-7e6b5d4c3a22',
  '018f2f52-6d0c-7d2e-9a57-0d6d5a3b1c33',
] as const;
const [A, B, C] = UUIDS;

describe('two conversations that differ only in call ids of a client have one key', () => {
  test.each([
    ['UUIDs', [A, B], [B, C]],
    ['ids of the AI SDK', ['aB3dE6gH9jK2mN5p'], ['Zy8xW5vU2tS9rQ6p']],
    ['ids of LiteLLM', [`call_${A}`], [`call_${B}`]],
    [
      'ids of Pydantic AI',
      [`pyd_ai_${A.replaceAll('-', '')}`],
      [`pyd_ai_${B.replaceAll('-', '')}`],
    ],
    ['UUIDs without dashes', [A.replaceAll('-', '')], [B.replaceAll('-', '')]],
  ])('%s', (_kind, one, other) => {
    expect(keyOf(conversation(one))).toBe(keyOf(conversation(other)));
  });
});

/** The same conversation as the Responses API has it. */
function items(called: readonly unknown[], answered: readonly unknown[] = called): Fields {
  const calls = called.map((call_id, index) => ({
    type: 'function_call',
    call_id,
    name: 'now',
    arguments: `${index}`,
  }));
  const outputs = answered.map((call_id) => ({
    type: 'function_call_output',
    call_id,
    output: 'noon',
  }));
  return { input: [{ role: 'user', content: 'When?' }, ...calls, ...outputs] };
}

describe('the call ids of the Responses API, without an adapter', () => {
  const policy = { ignore: [], version: undefined, sample: 0, crossMode: false };
  const identityOf = (request: Fields) => identify({ provider: 'p', request }, policy);
  const key = (request: Fields) => fingerprint(identityOf(request));

  test('that a client made are renamed by their order', () => {
    expect(key(items([A, B]))).toBe(key(items([B, C])));
    expect(key(items([A, B]))).not.toBe(key(items([A, B], [B, A])));
  });

  test('that a server made count', () => {
    const made = ['call_Xk2ab9ZpQ0rsT4uvWx1yzAbc', 'call_0bcDefGh1jkLmNop2rsTuvWx'] as const;
    expect(key(items([made[0]]))).not.toBe(key(items([made[1]])));
  });

  test('are not looked for in a list of texts or of tokens', () => {
    for (const input of [['a', 'b'], [1, 2, 3], 'text', [[1, 2], [3]]]) {
      const { request } = identityOf({ input });
      expect(request).toEqual({ input });
    }
  });
});

describe('two conversations have two keys', () => {
  test.each([
    [
      'where results answer other calls',
      conversation([A, B], [A, B]),
      conversation([A, B], [B, A]),
    ],
    ['where two calls share an id', conversation([A, A]), conversation([A, B])],
    ['where an id counts', conversation(['call_1']), conversation(['call_2'])],
    [
      'where an id is a word',
      conversation(['functions.get_weather:0']),
      conversation(['get_time']),
    ],
    [
      'where OpenAI made the ids',
      conversation(['call_Xk2ab9ZpQ0rsT4uvWx1yzAbc']),
      conversation(['call_0bcDefGh1jkLmNop2rsTuvWx']),
    ],
    [
      'where Anthropic made the ids',
      conversation(['toolu_01P4f8oPjzXznuWr5VzTVe4N']),
      conversation(['toolu_01QtTcuATkmQ8H6qANmihWBo']),
    ],
    ['where an id links to nothing here', conversation([], [A]), conversation([], [B])],
    ['where an id looks like a renamed one', conversation([A]), conversation([0])],
    ['where an id is null', conversation([null]), conversation([[null]])],
    ['where an id is very long', conversation([A.repeat(9)]), conversation([B.repeat(9)])],
  ])('%s', (_name, one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });
});

test('the request itself keeps its ids', () => {
  const request = conversation([A, B]);
  const before = JSON.stringify(request);
  renamed(request);
  expect(JSON.stringify(request)).toBe(before);
});

test('a request without calls is not copied', () => {
  const request = { messages: [{ role: 'user', content: 'Hi' }], tools: [{ id: A }] };
  expect(renamed(request)).toBe(request);
});

test('no other field is renamed, whatever it contains', () => {
  const request = {
    messages: [{ id: A, tool_calls: `${A}`, content: A }, { tool_calls: { id: A } }],
  };
  expect(renamed(request)).toEqual(request);
});
