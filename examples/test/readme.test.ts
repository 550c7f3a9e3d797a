import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = join(root, 'examples/src');
const examples = readdirSync(sources)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(sources, name), 'utf8'));
const folders = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
const readmes = ['.', ...folders]
  .map((folder) => join(folder, 'README.md'))
  .filter((path) => existsSync(join(root, path)));

describe.each(readmes)('%s', (path) => {
  const text = readFileSync(join(root, path), 'utf8');
  const snippets = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);

  test('shows code that runs, because every snippet is part of an example', () => {
    const foreign = snippets.filter((code) => !examples.some((example) => example.includes(code)));
    expect(foreign).toEqual([]);
  });

  test('shows its first code within 25 lines', () => {
    const first = text.split('\n').findIndex((line) => line.startsWith('```'));
    expect(first).toBeLessThan(25);
  });

  test('links to files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
    const missing = links.filter((link) => !existsSync(join(root, dirname(path), link)));
    expect(missing).toEqual([]);
  });
});
