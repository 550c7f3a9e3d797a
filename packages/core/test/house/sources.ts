import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importsIn } from './source-code.ts';

/** The repository's root. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
export const PACKAGES = join(ROOT, 'packages');

export interface SourceFile {
  /** From the package's src, with `/`. */
  readonly path: string;
  /** From the repository's root, as an editor opens it. */
  readonly place: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const withSlashes = (path: string) => path.replaceAll('\\', '/');

function sourceFile(src: string, name: string): SourceFile {
  const text = readFileSync(join(src, name), 'utf8');
  return {
    path: withSlashes(name),
    place: withSlashes(relative(ROOT, join(src, name))),
    text,
    imports: importsIn(text),
  };
}

function readSources(folder: string): SourceFile[] {
  const src = join(PACKAGES, folder, 'src');
  const names = existsSync(src) ? readdirSync(src, { recursive: true, encoding: 'utf8' }) : [];
  return names.filter((name) => /\.\w+$/.test(name)).map((name) => sourceFile(src, name));
}

/** The folders of `packages` that hold a package. */
export const FOLDERS = readdirSync(PACKAGES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(PACKAGES, entry.name, 'package.json')))
  .map((entry) => entry.name);
const FILES = new Map(FOLDERS.map((folder) => [folder, readSources(folder)]));

export const filesIn = (folder: string): readonly SourceFile[] => FILES.get(folder) ?? [];

/** The folder of a file below the package's src: empty for a file of src itself. */
export const roomOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Every import of a package's sources, with the file that holds it. */
export function importsOf(folder: string): { readonly file: SourceFile; readonly name: string }[] {
  return filesIn(folder).flatMap((file) => file.imports.map((name) => ({ file, name })));
}

export const isRelative = (name: string) => name.startsWith('.');

/** One file imports another of its package. */
export interface Arrow {
  readonly file: SourceFile;
  /** The path of the imported file, from the package's src. */
  readonly to: string;
}

export function arrowsOf(folder: string): Arrow[] {
  return importsOf(folder)
    .filter(({ name }) => isRelative(name))
    .map(({ file, name }) => ({ file, to: withSlashes(join(dirname(file.path), name)) }));
}

export const shownArrows = (arrows: readonly Arrow[]) =>
  arrows.map(({ file, to }) => `${file.place} imports ${to}`);
