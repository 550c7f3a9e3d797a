import fc from 'fast-check';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Arbitrary code units, also lone halves of surrogate pairs. */
const anyText = fc
  .array(fc.nat(0xffff), { maxLength: 6 })
  .map((units) => String.fromCharCode(...units));

/** Texts that a careless format would confuse with other values. */
const confusing = fc.constantFrom(
  '',
  '0',
  '1',
  'true',
  'null',
  'undefined',
  'NaN',
  '[]',
  '{}',
  '"',
  ',',
  '\u0000',
  '\u0000\u0000',
  '\u0000bigint:1',
  '\u0000undefined:undefined',
  '$cached-llm',
  '__proto__',
  'constructor',
  'toJSON',
  'hasOwnProperty',
);

const text = fc.oneof(confusing, anyText, fc.string({ maxLength: 8 }));
const long = fc.integer({ min: 254, max: 260 }).map((length) => 'x'.repeat(length));

export const arbitraryLeaf: fc.Arbitrary<Json> = fc.oneof(
  text,
  long,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  // JSON has one zero.
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
);

function ownFields(entries: readonly (readonly [string, Json])[]): Json {
  return Object.fromEntries(entries); // `__proto__` is a key like any other
}

const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    arbitraryLeaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('tree')), { maxLength: 4 }).map(ownFields),
  ),
}));

/** Any JSON value, with keys and texts that formats often handle wrongly. */
export const arbitraryJson: fc.Arbitrary<Json> = tree;
