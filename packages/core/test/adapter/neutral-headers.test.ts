import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNeutralHeader } from '@cached-llm/core/adapter';
import { expect, test } from '@jest/globals';

const CORE = join(process.cwd(), 'packages/core');
const read = (path: string) => readFileSync(join(CORE, path), 'utf8');

/** The names in the code's own table. */
const names = [...read('src/adapter/neutral-headers.ts').matchAll(/names: \[([^\]]*)\]/g)].flatMap(
  ([, list = '']) => [...list.matchAll(/'([^']+)'/g)].map(([, name = '']) => name),
);

test('every neutral header has its reason and its source in the documents', () => {
  const documents = read('docs/trust.md');
  expect(names.length).toBeGreaterThan(80);
  expect(names.filter((name) => !documents.includes(`\`${name}\``))).toEqual([]);
});

test('a header is neutral by its whole name, or by a beginning that the table has', () => {
  expect(names.filter((name) => !isNeutralHeader(name.replace('*', 'any')))).toEqual([]);
  const exact = names.filter((name) => !name.endsWith('*'));
  expect(exact.filter((name) => isNeutralHeader(`${name}-x`))).toEqual([]);
});
