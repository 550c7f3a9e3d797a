import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { canonicalForm, canonicalText, fingerprint } from '../../src/key/fingerprint.ts';
import { differingFields, fieldDigests } from '../../src/store.ts';

const text = { type: 'string' };
const reasonFirst = { reasoning: text, answer: text };
const answerFirst = { answer: text, reasoning: text };

const keyOf = (request: object) => fingerprint({ provider: 'p', request });
const object = { type: 'object', required: ['answer'], additionalProperties: false };

/** Where requests have a schema: the request of each API for the given fields. */
const REQUESTS: readonly (readonly [string, (properties: object) => object])[] = [
  [
    'response_format of chat completions',
    (properties) => ({
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', strict: true, schema: { ...object, properties } },
      },
    }),
  ],
  [
    'text.format of the Responses API',
    (properties) => ({
      text: { format: { type: 'json_schema', schema: { ...object, properties } } },
    }),
  ],
  [
    'parameters of a tool',
    (properties) => ({ tools: [{ function: { parameters: { ...object, properties } } }] }),
  ],
  [
    'input_schema of Anthropic',
    (properties) => ({ tools: [{ name: 't', input_schema: { type: 'object', properties } }] }),
  ],
  [
    'inputSchema of Bedrock',
    (properties) => ({
      toolConfig: {
        tools: [{ toolSpec: { inputSchema: { json: { type: 'object', properties } } } }],
      },
    }),
  ],
  [
    'responseSchema of Google',
    (properties) => ({ config: { responseSchema: { type: 'OBJECT', properties } } }),
  ],
  [
    'responseSchema of Google beside propertyOrdering',
    (properties) => ({ responseSchema: { propertyOrdering: ['answer'], properties } }),
  ],
  ['format of Ollama', (properties) => ({ format: { ...object, properties } })],
  [
    'responseFormat of the AI SDK',
    (properties) => ({ responseFormat: { type: 'json', schema: { ...object, properties } } }),
  ],
  ['$schema', (schema) => ({ schema: { $schema: 'http://json-schema.org', properties: schema } })],
  ['a type of several', (properties) => ({ schema: { type: ['object', 'null'], properties } })],
  ['required alone', (properties) => ({ schema: { required: ['answer'], properties } })],
  ['$defs', (properties) => ({ schema: { $defs: { step: { ...object, properties } } } })],
  ['a list', (properties) => ({ schema: { type: 'array', items: { ...object, properties } } })],
  ['a union', (properties) => ({ schema: { anyOf: [{ type: 'null' }, { properties }] } })],
  [
    'a field of a schema',
    (properties) => ({ schema: { ...object, properties: { step: { ...object, properties } } } }),
  ],
  [
    'a field that is named properties',
    (properties) => ({ schema: { properties: { properties: { ...object, properties } } } }),
  ],
  [
    'parameter_definitions of Cohere',
    (fields) => ({ tools: [{ name: 't', parameter_definitions: fields }] }),
  ],
];

/** A value that JSON has not, so that the library writes the whole request. */
const BY_LIBRARY = { ignored: 1n };

describe.each(REQUESTS)('the order of the fields of a schema counts: %s', (_name, request) => {
  test('in the key', () => {
    const [one, other] = [request(reasonFirst), request(answerFirst)];
    expect(keyOf(one)).not.toBe(keyOf(other));
    expect(keyOf({ ...one, ...BY_LIBRARY })).not.toBe(keyOf({ ...other, ...BY_LIBRARY }));
    expect(keyOf(structuredClone(one))).toBe(keyOf(one));
  });

  test('in what an explanation compares', () => {
    const digests = (properties: object) =>
      fieldDigests({ provider: 'p', request: request(properties) });
    expect(differingFields(digests(reasonFirst), digests(reasonFirst))).toEqual([]);
    const paths = differingFields(digests(reasonFirst), digests(answerFirst));
    expect(paths).toEqual([expect.stringMatching(/(properties|parameter_definitions)$/)]);
    const more = { ...reasonFirst, more: text };
    const added = differingFields(digests(reasonFirst), digests(more));
    expect(added).toEqual([expect.stringMatching(/(properties|parameter_definitions)\.more$/)]);
  });
});

describe('the order of fields does not count', () => {
  const DATA: readonly (readonly [string, (properties: object) => object, object])[] = [
    ['metadata', (properties) => ({ metadata: { properties } }), { plan: 'free', seats: 3 }],
    [
      'a feature of GeoJSON',
      (properties) => ({ type: 'Feature', properties }),
      { name: 'x', size: 2 },
    ],
    [
      'an event of analytics',
      (properties) => ({ type: 'track', event: 'bought', properties }),
      { price: 3, item: { sku: 'a' } },
    ],
    ['flags', (properties) => ({ required: true, properties }), { seen: true, read: false }],
    ['a list of properties', (properties) => ({ properties: [properties] }), { a: 1, b: 2 }],
    ['a schema itself', (schema) => ({ schema }), { ...object, properties: reasonFirst }],
    ['the schema of a field', (answer) => ({ properties: { answer } }), { ...text, title: 't' }],
    ['arguments of a tool', (input) => ({ content: [{ type: 'tool_use', input }] }), reasonFirst],
  ];
  const reversed = (fields: object) => Object.fromEntries(Object.entries(fields).toReversed());

  test.each(DATA)('of %s', (_name, request, fields) => {
    expect(keyOf(request(reversed(fields)))).toBe(keyOf(request(fields)));
    const tagged = { ...request(reversed(fields)), ...BY_LIBRARY };
    expect(keyOf(tagged)).toBe(keyOf({ ...request(fields), ...BY_LIBRARY }));
  });
});

type Value = string | number | readonly Value[] | { readonly [name: string]: Value };

const name = fc.constantFrom(
  'properties',
  'parameter_definitions',
  'type',
  'required',
  'answer',
  'reasoning',
  '__proto__',
);
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc.constantFrom('object', 'string', '\u0000ordered', 'ordered', 'properties', 'answer'),
    fc.nat(1),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(name, tie('value')), { maxLength: 4 })
      .map((fields) => Object.fromEntries(fields) as Value), // a record of values
  ),
}));

/** The value with the names of all records in order, so that equal values have equal texts. */
function sorted(of: Value): unknown {
  if (Array.isArray(of)) return of.map(sorted);
  if (typeof of !== 'object') return of;
  const fields = Object.entries(of).sort(([one], [other]) => (one < other ? -1 : 1));
  return fields.map(([field, part]) => [field, sorted(part)]);
}

describe('the canonical text of values that look like schemas', () => {
  test('is never that of another value', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        if (JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))) return;
        expect(canonicalText(one)).not.toBe(canonicalText(other));
      }),
      { numRuns: 5_000 },
    );
  });

  test('is the same by the library', () => {
    fc.assert(
      fc.property(value, (each) => {
        const { structure, long } = canonicalForm(each);
        const rest = '"\\u0000bigint:1"';
        expect(canonicalForm([each, 1n])).toEqual({ structure: `[${structure},${rest}]`, long });
      }),
      { numRuns: 5_000 },
    );
  });

  test('is imitated by no list', () => {
    const schema = { type: 'object', properties: reasonFirst };
    const list = ['\u0000ordered', 'reasoning', text, 'answer', text];
    const texts = [list, ['ordered', ...list.slice(1)], [`\u0000${list[0]}`, ...list.slice(1)]];
    const keys = [schema, ...texts.map((properties) => ({ type: 'object', properties }))].map(
      keyOf,
    );
    expect(new Set(keys).size).toBe(4);
  });

  test('is the same where a field is undefined, which the wire does not carry', () => {
    const properties = { a: undefined, ...reasonFirst };
    expect(keyOf({ type: 'object', properties })).toBe(
      keyOf({ type: 'object', properties: reasonFirst }),
    );
  });
});

test('a schema whose fields are in another order gets an answer of its own', async () => {
  let calls = 0;
  const call = async (_request: object) => {
    calls += 1;
    return { text: `${calls}` };
  };
  const ask = cachedLlmCall(call, { cache: createLlmCache(), provider: 'mine' });
  const request = (properties: object) => ({
    messages: [{ role: 'user', content: 'Why?' }],
    response_format: { json_schema: { schema: { type: 'object', properties } } },
  });
  expect(await ask(request(reasonFirst))).toEqual({ text: '1' });
  expect(await ask(request(answerFirst))).toEqual({ text: '2' });
  expect(await ask(request(reasonFirst))).toEqual({ text: '1' });
});

test('a schema that contains itself is refused as any other cycle', () => {
  const properties: Record<string, unknown> = { answer: text };
  properties.more = properties;
  expect(() => keyOf({ type: 'object', properties })).toThrow('a cycle cannot be part of a key');
});
