import { builtinModules } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { FLOORS } from './floors.ts';
import { arrowsOf, filesIn, importsOf, isRelative, roomOf, shownArrows } from './sources.ts';

/** What other packages may import from core. */
const ENTRIES: readonly string[] = ['adapter.ts', 'index.ts', 'store.ts'];

const isBuiltin = (name: string) =>
  name.startsWith('node:') &&
  builtinModules.includes(name.slice('node:'.length).split('/')[0] ?? '');

describe('the rooms of core', () => {
  const floorOf = (path: string) => FLOORS[roomOf(path)] ?? Number.POSITIVE_INFINITY;
  const arrows = arrowsOf('core');

  test('are the folders in the list of floors, beside the entries', () => {
    const places = filesIn('core').map(({ path }) => path);
    expect(places.filter((path) => !path.includes('/')).sort()).toEqual(ENTRIES);
    expect([...new Set(places.map(roomOf))].filter(Boolean).sort()).toEqual(
      Object.keys(FLOORS).sort(),
    );
  });

  test('import from lower floors only', () => {
    const upwards = arrows.filter(
      ({ file, to }) =>
        roomOf(file.path) !== '' &&
        roomOf(file.path) !== roomOf(to) &&
        floorOf(to) >= floorOf(file.path),
    );
    expect(shownArrows(upwards)).toEqual([]);
  });

  test('are at most six imports away from cachedLlmCall', () => {
    const depths = new Map([['function/cached-llm-call.ts', 0]]);
    for (const [path, depth] of depths) {
      const next = arrows.filter(({ file, to }) => file.path === path && !depths.has(to));
      for (const { to } of next) depths.set(to, depth + 1);
    }
    expect(Math.max(...depths.values())).toBeLessThanOrEqual(6);
    expect(depths.size).toBeGreaterThan(50);
  });

  test('import no package except fast-json-stable-stringify', () => {
    const foreign = importsOf('core').filter(
      ({ name }) => !isRelative(name) && !isBuiltin(name) && name !== 'fast-json-stable-stringify',
    );
    expect(foreign.map(({ file, name }) => `${file.place} imports ${name}`)).toEqual([]);
  });
});
