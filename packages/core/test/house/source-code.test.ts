import { describe, expect, test } from '@jest/globals';
import { functionsIn, importsIn } from './source-code.ts';
import { FOLDERS, filesIn } from './sources.ts';

describe('the reader of source code', () => {
  const text = [
    '// é: two bytes',
    'export function outer(a, b) {',
    '  if (a) {',
    '    for (const c of b) c();',
    '  } else if (b) {',
    '    b.map(() => { while (a) a(); });',
    '  }',
    '}',
    'class A {',
    '  constructor(private a) {}',
    '  #method(a, b, c, d) {',
    '    try { switch (a) { default: do { a(); } while (b); } } catch {}',
    '  }',
    '}',
  ].join('\n');

  test('finds functions with their line and their size', () => {
    for (const _again of [1, 2]) {
      expect(functionsIn(text)).toEqual([
        { line: 2, lines: 7, nesting: 2, parameters: 2 },
        { line: 6, lines: 1, nesting: 1, parameters: 0 },
        { line: 10, lines: 1, nesting: 0, parameters: 1 },
        { line: 11, lines: 3, nesting: 3, parameters: 4 },
      ]);
    }
  });

  test('finds imports of every kind', () => {
    const imports = [
      "import a from 'a'; import type { B } from 'b'; import 'c';",
      "export * from 'd'; export { e } from 'e'; export const own = 1;",
      "const f = await import('f');",
      "type G = import('g').G;",
    ];
    expect(importsIn(imports.join('\n'))).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });

  test('can read the sources of core', () => {
    expect(FOLDERS).toContain('core');
    expect(filesIn('core').length).toBeGreaterThan(50);
  });
});
