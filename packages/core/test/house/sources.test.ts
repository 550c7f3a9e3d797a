import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { functionsIn } from './source-code.ts';
import { arrowsOf, FOLDERS, filesIn, roomOf, shownArrows } from './sources.ts';

/** How many files each folder of a package has, without the files in its subfolders. */
function filesByRoom(folder: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { path } of filesIn(folder)) {
    counts.set(roomOf(path), (counts.get(roomOf(path)) ?? 0) + 1);
  }
  return counts;
}

/** The first comment of a file, in one line. It is empty where the file starts with code. */
function firstComment(text: string): string {
  const comment = text.match(/^(?:\/\/.*\n)+|^\/\*\*[\s\S]*?\*\//)?.[0] ?? '';
  return comment.replaceAll(/^\s*(?:\/\/|\/\*\*|\*\/|\*)/gm, '').replaceAll(/\s+/g, ' ');
}

/**
 * An entry of the package exports what its room loads on demand from the file itself. Through the index.ts of the room,
 * every user would load it at once.
 */
function isOnDemand(folder: string, from: string, to: string): boolean {
  const face = filesIn(folder).find(({ path }) => path === join(dirname(to), 'index.ts'));
  const exported = new RegExp(`export \\{[^}]*\\} from './${basename(to)}'`);
  return roomOf(from) === '' && face !== undefined && !exported.test(face.text);
}

/** The files of one package that import each other, types included. */
function circlesIn(folder: string): string[] {
  const arrows = arrowsOf(folder);
  const next = (path: string) =>
    arrows.filter(({ file }) => file.path === path).map(({ to }) => to);
  const reaches = (from: string) => {
    const seen = new Set(next(from));
    for (const path of seen) for (const further of next(path)) seen.add(further);
    return seen;
  };
  return filesIn(folder)
    .filter(({ path }) => reaches(path).has(path))
    .map(({ place }) => place);
}

describe.each(FOLDERS)('the sources of %s', (folder) => {
  test('are TypeScript, in kebab-case', () => {
    const names = filesIn(folder).map(({ path }) => path);
    expect(names.filter((name) => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(name))).toEqual([]);
  });

  test('are in files that are named after one thing', () => {
    const vague = /(^|[/-])(utils?|helpers?|commons?|types?|managers?|handlers?)(\.ts|\/)/;
    const names = filesIn(folder).filter(({ path }) => vague.test(path));
    expect(names.map(({ place }) => place)).toEqual([]);
  });

  test('are in folders of at most 18 files', () => {
    const full = [...filesByRoom(folder)].filter(([, count]) => count > 18);
    expect(full).toEqual([]);
  });

  test('have an index.ts in each folder that says in three sentences what happens there', () => {
    const rooms = [...filesByRoom(folder)].filter(([, count]) => count > 1).map(([room]) => room);
    const comments = rooms.map((room) => {
      const face = filesIn(folder).find(
        ({ path }) => roomOf(path) === room && /(^|\/)index\.ts$/.test(path),
      );
      return [room, firstComment(face?.text ?? '')] as const;
    });
    const silent = comments.filter(
      ([, comment]) =>
        comment.split(/\. /).length < 3 ||
        !/\b(never|no|none|nothing|not)\b.*\bStart (reading|at|with)\b/i.test(comment),
    );
    expect(silent).toEqual([]);
  });

  test('import from another folder only through its index.ts, and within a folder without it', () => {
    const isFace = (path: string) => /(^|\/)index\.ts$/.test(path);
    const wrong = arrowsOf(folder).filter(
      ({ file, to }) =>
        (roomOf(file.path) === roomOf(to)) === isFace(to) && !isOnDemand(folder, file.path, to),
    );
    expect(shownArrows(wrong)).toEqual([]);
  });

  test('have no import circles', () => {
    expect(circlesIn(folder)).toEqual([]);
  });

  test('are in files of at most 250 lines', () => {
    const long = filesIn(folder)
      .map(({ place, text }) => ({ place, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > 250);
    expect(long.map(({ place, lines }) => `${place}: ${lines} lines`)).toEqual([]);
  });

  test('start their timers with startTimer, startInterval or pause, which know how long a timer may be', () => {
    const bare =
      /\b(setTimeout|setInterval)\(|AbortSignal\.timeout\(|node:timers\/promises(?<!setImmediate.*)/;
    const sources = filesIn(folder).filter(({ path }) => path !== 'options/time.ts');
    const lines = sources.flatMap(({ place, text }) =>
      text.split('\n').flatMap((line, index) => (bare.test(line) ? [`${place}:${index + 1}`] : [])),
    );
    expect(folder === 'benchmarks' ? [] : lines).toEqual([]);
  });

  test('look the time up at each use, so that a fake clock counts whenever a test installs it', () => {
    const held = filesIn(folder).filter(({ text }) =>
      /^(?!.*@default).*Date\.now\b(?!\(|\.')/m.test(text),
    );
    expect(held.map(({ place }) => place)).toEqual([]);
  });

  test('have functions of at most 30 lines, 2 levels and 3 parameters', () => {
    const measured = filesIn(folder).flatMap(({ place, text }) =>
      functionsIn(text).map((found) => ({ place, ...found })),
    );
    const broken = measured.filter(
      ({ lines, nesting, parameters }) => lines > 30 || nesting > 2 || parameters > 3,
    );
    expect(
      broken.map(
        ({ place, line, lines, nesting, parameters }) =>
          `${place}:${line} has ${lines} lines, ${nesting} levels, ${parameters} parameters`,
      ),
    ).toEqual([]);
  });
});
