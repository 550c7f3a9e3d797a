import fc from 'fast-check';

/** Arbitrary values, mixed and nested. JSON alone would lose some of them. */
export const { rich } = fc.letrec<{ rich: unknown }>((tie) => {
  const key = fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.constantFrom('$cached-llm', 'constructor', 'toJSON'),
  );
  const children = fc.array(tie('rich'), { maxLength: 3 });
  const pairs = fc.array(fc.tuple(key, tie('rich')), { maxLength: 3 });
  return {
    rich: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.string(),
      fc.double(),
      fc.constantFrom(null, true, undefined, -0, Number.NaN, Number.POSITIVE_INFINITY),
      fc.bigInt(),
      fc.date({ noInvalidDate: true }),
      fc.webUrl().map((url) => new URL(url)),
      fc.uint8Array(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.float32Array(),
      children,
      pairs.map((entries) => Object.fromEntries(entries.filter(([name]) => name !== '__proto__'))),
      fc.array(fc.tuple(tie('rich'), tie('rich')), { maxLength: 3 }).map((list) => new Map(list)),
      children.map((list) => new Set(list)),
    ),
  };
});
