import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { FLOORS } from './floors.ts';
import { FOLDERS, PACKAGES, ROOT } from './sources.ts';

const textOf = (document: string) => readFileSync(join(ROOT, document), 'utf8');

/** The files and folders that a text names in backticks, without patterns that have a `<placeholder>`. */
function namedPaths(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return quoted.filter(
    (code) => /^[\w.-]+(\/[\w.-]+)*\/?$/.test(code) && /\/|\.(ts|md|json)$/.test(code),
  );
}

/** The folders to which a path in a document may be relative. */
const PLACES = [
  ROOT,
  join(PACKAGES, 'core', 'src'),
  ...FOLDERS.flatMap((folder) => [join(PACKAGES, folder), join(PACKAGES, folder, 'src')]),
];

describe.each([
  'CONTRIBUTING.md',
  'docs/architecture.md',
  'docs/runtimes.md',
  'packages/core/docs/operations.md',
])('%s', (document) => {
  test('names files and folders that exist', () => {
    const missing = namedPaths(textOf(document)).filter(
      (path) => !PLACES.some((place) => existsSync(join(place, path))),
    );
    expect(missing).toEqual([]);
  });
});

describe('the tables of operations.md', () => {
  const text = textOf('packages/core/docs/operations.md');
  const namesIn = (title: string) => {
    const [, after = ''] = text.split(`\n## ${title}\n`);
    const [section = ''] = after.split('\n## ');
    return [...section.matchAll(/^\| `([a-z-]+)` /gm)].map(([, name]) => name).sort();
  };
  const typesIn = (file: string, start: string, name: RegExp) => {
    const [, after = ''] = textOf(join('packages/core/src', file)).split(start);
    const [type = ''] = after.split(/^\}|;\n\n/m);
    return [...type.matchAll(name)].map(([, each]) => each).sort();
  };

  test('list every event', () => {
    const events = typesIn('events/events.ts', 'interface CacheEvents {', /^ {2}'?([a-z-]+)'?: /gm);
    expect(events.length).toBeGreaterThan(10);
    expect(namesIn('Events')).toEqual(events);
  });

  test('list every reason of a bypass', () => {
    const reasons = typesIn('events/events.ts', 'type BypassReason =', /^ {2}\| '([a-z-]+)'/gm);
    expect(reasons.length).toBeGreaterThan(10);
    expect(namesIn('Why a request bypassed the cache')).toEqual(reasons);
  });

  test('list every rejection', () => {
    const rejections = typesIn('options/call-options.ts', 'Rejection =', /^ {2}\| '([a-z-]+)'/gm);
    expect(rejections).toHaveLength(8);
    expect(namesIn('Why an answer was not stored')).toEqual(expect.arrayContaining(rejections));
  });
});

describe('the architecture', () => {
  const text = textOf('docs/architecture.md');
  const [, picture = ''] = text.match(/```text\n(.*?)```/s) ?? [];

  test('names more than 50 files', () => {
    expect(namedPaths(text).length).toBeGreaterThan(50);
  });

  test('draws the rooms on the floors of the table, in 80 columns', () => {
    let floor = 0;
    const drawn: [room: string, floor: number][] = [];
    for (const [, level = '', rooms = ''] of picture.matchAll(/│ ([\d ]{2}) │ ([a-z -]+) │/g)) {
      floor = level.trim() === '' ? floor : Number(level);
      drawn.push(
        ...rooms
          .trim()
          .split(/\s+/)
          .map((room): [string, number] => [room, floor]),
      );
    }
    expect(Object.fromEntries(drawn)).toEqual(FLOORS);
    expect(drawn).toHaveLength(Object.keys(FLOORS).length);
    expect(picture.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('says of each room what happens there', () => {
    const rows = [...text.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, room]) => room);
    expect(rows.sort()).toEqual(Object.keys(FLOORS).sort());
  });
});

describe('the guide to runtimes', () => {
  const text = textOf('docs/runtimes.md');

  test('has the table that the project of each runtime tries', async () => {
    const file = pathToFileURL(join(ROOT, '.ci/fits/trial/runtimes.js'));
    const { CAPABILITIES, RUNTIMES } = (await import(file.href)).default;
    const rows = Object.entries<string[]>(CAPABILITIES).map(([name, words]) => [name, ...words]);
    const cells = [['', ...RUNTIMES], ...rows].map((row) => row.join(' | '));
    const [, table = ''] = /<!-- runtimes -->\n(.*?)<!-- \/runtimes -->/s.exec(text) ?? [];
    const lines = table.split('\n').filter((line) => /^\|(?! ?-)/.test(line));
    const shown = lines.map((line) => line.replaceAll(/ +/g, ' ').replaceAll(/^\| ?| ?\|$/g, ''));
    expect(shown.map((line) => line.trim())).toEqual(cells.map((line) => line.trim()));
  });

  test('shows the stores that are tried in Workers', () => {
    for (const name of ['kv-store.ts', 'cache-api-store.ts'])
      expect(text).toContain(textOf(join('.ci/fits/workers', name)).trim());
  });
});

test('the README has each environment that .ci/fits tries, in the order of its command, and what becomes of it', async () => {
  const fits = join(ROOT, '.ci/fits');
  const { rightTable, tableIn } = await import(pathToFileURL(join(fits, 'table.mjs')).href);
  const projects = readdirSync(fits)
    .filter((name) => existsSync(join(fits, name, 'package.json')))
    .map((name) => JSON.parse(readFileSync(join(fits, name, 'package.json'), 'utf8')))
    .filter((manifest) => manifest.fits !== undefined);
  expect(projects.length).toBeGreaterThan(20);
  expect(tableIn(textOf('README.md')).table).toBe(rightTable(projects));
});
