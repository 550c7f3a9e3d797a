import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CallIdentity } from '../../src/index.ts';
import { fingerprint } from '../../src/key/fingerprint.ts';
import { differingFields, fieldDigests } from '../../src/store.ts';
import { arbitraryLeaf } from './arbitrary-json.ts';

const message = (content: string, role = 'user') => ({ role, content });

const IDENTITY: CallIdentity = {
  provider: 'openai',
  operation: 'POST https://api.openai.com/v1/chat/completions',
  model: 'gpt-4o',
  headers: { 'openai-beta': 'realtime=v1' },
  request: {
    model: 'gpt-4o',
    temperature: 0.7,
    messages: [message('You are terse.', 'system'), message('Why is the sea salty?')],
    tools: [{ name: 'look', parameters: { properties: { depth: { type: 'number' } } } }],
  },
};

const withRequest = (change: object): CallIdentity => ({
  ...IDENTITY,
  request: { ...(IDENTITY.request as object), ...change },
});

const differing = (one: CallIdentity, other: CallIdentity) =>
  differingFields(fieldDigests(one), fieldDigests(other));

describe('digests of fields', () => {
  test('have the path of each field, and not its value', () => {
    const digests = fieldDigests(IDENTITY);
    expect(Object.keys(digests)).toContain('request.messages.1.content');
    expect(Object.keys(digests)).toContain('headers.openai-beta');
    expect(Object.values(digests).every((digest) => /^[\w-]{8}$/.test(digest))).toBe(true);
    expect(JSON.stringify(digests)).not.toContain('salty');
  });

  test('are the same for equal requests, whatever the order of their fields', () => {
    const { messages, ...others } = IDENTITY.request as { messages: unknown };
    const turned = { ...IDENTITY, request: { ...others, messages } };
    expect(fieldDigests(turned)).not.toBe(fieldDigests(IDENTITY));
    expect(differing(turned, IDENTITY)).toEqual([]);
  });

  test('are at most 64 for a request of any size', () => {
    const many = Array.from({ length: 500 }, (_none, index) => message(`turn ${index}`));
    const wide = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, many.slice(0, 60)]));
    for (const request of [{ messages: many }, wide, { input: many.map(() => [1, 2, 3]) }]) {
      expect(Object.keys(fieldDigests({ ...IDENTITY, request })).length).toBeLessThanOrEqual(64);
    }
  });

  test('name no field of a dictionary whose names may be texts', () => {
    const request = { logit: { 'call 555 1234': 1, b: 2 }, map: { user: { 'a@b.example': 1 } } };
    const digests = fieldDigests({ provider: 'p', request });
    expect(Object.keys(digests)).toEqual(['provider', 'request.logit', 'request.map.user']);
  });

  test('say that a response in either form is accepted, and not in which form it was requested', () => {
    const form = (value: string) => ({ ...IDENTITY, form: value });
    expect(differing(form('whole'), form('stream [null]'))).toEqual([]);
    expect(differing(form('whole'), IDENTITY)).toEqual(['form']);
  });
});

describe('the fields that differ', () => {
  test.each<[string, CallIdentity, readonly string[]]>([
    ['nothing', withRequest({}), []],
    ['a temperature', withRequest({ temperature: 0.2 }), ['temperature']],
    ['a type', withRequest({ temperature: '0.7' }), ['temperature']],
    [
      'a text in a list',
      withRequest({ messages: [message('You are terse.', 'system'), message('Why?')] }),
      ['messages[1].content'],
    ],
    [
      'one more item',
      withRequest({ messages: [...(IDENTITY.request as any).messages, message('And?')] }),
      ['messages[2]'],
    ],
    ['one more field', withRequest({ seed: 1 }), ['seed']],
    [
      'a deep field',
      withRequest({
        tools: [{ name: 'look', parameters: { properties: { depth: { type: 'string' } } } }],
      }),
      ['tools[0].parameters.properties.depth.type'],
    ],
    ['a model, once', { ...withRequest({ model: 'gpt-5' }), model: 'gpt-5' }, ['model']],
    ['a header', { ...IDENTITY, headers: { 'openai-beta': 'x' } }, ['headers.openai-beta']],
    ['a sample', { ...IDENTITY, sample: 3 }, ['sample']],
    ['a function', { ...IDENTITY, code: 'x', further: [1] }, ['code', 'further']],
    ['all of a request', { ...IDENTITY, request: 'text' }, ['request']],
  ])('are named: %s', (_what, other, expected) => {
    expect(differing(IDENTITY, other)).toEqual(expected);
    expect([...differing(other, IDENTITY)].sort()).toEqual([...expected].sort());
  });

  test('are named where one request has less detail than the other', () => {
    const turns = (count: number) =>
      Array.from({ length: count }, (_none, index) => [
        message(`turn ${index}`),
        message('answer'),
      ]);
    const one = { ...IDENTITY, request: { messages: turns(12) } };
    const other = { ...IDENTITY, request: { messages: turns(13) } };
    expect(differing(one, other)).toEqual(['messages[12]']);
  });

  test('are none exactly where the keys are equal', () => {
    const name = fc.constantFrom('a', 'b', 'model', 'top_p', '__proto__', 'constructor', 'x-y');
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        arbitraryLeaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.array(fc.tuple(name, tie('tree')), { maxLength: 4 }).map(Object.fromEntries),
      ),
    }));
    fc.assert(
      fc.property(tree, tree, (one, other) => {
        const [first, second] = [one, other].map((request) => ({ provider: 'p', request }));
        if (first === undefined || second === undefined) return;
        const isEqual = fingerprint(first) === fingerprint(second);
        expect(differing(first, second).length === 0).toBe(isEqual);
        expect(differing(first, { ...first })).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
