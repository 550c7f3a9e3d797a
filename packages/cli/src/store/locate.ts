import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { visibleText } from '@cached-llm/core/store';
import type { Session } from '../command-line/index.ts';
import { UsageFailure } from '../terminal/index.ts';

/** The folders and names of databases that the documentation and the demo use. */
const USUAL = [
  ['.', /^llm\.db$/],
  ['.cached-llm', /\.db$/],
  ['.demo', /^llm\.db$/],
] as const;

const NO_STORE =
  'No store is named. Write --store ./llm.db or --store redis://localhost:6379, or set CACHED_LLM_STORE.';

/** The databases in the usual places below a folder, as a person writes them. */
async function usualDatabases(folder: string): Promise<readonly string[]> {
  const found = USUAL.map(async ([place, pattern]) => {
    const names = await readdir(join(folder, place)).catch(() => []);
    const path = place === '.' ? './' : `./${place}/`;
    return names.filter((name) => pattern.test(name)).map((name) => path + name);
  });
  return (await Promise.all(found)).flat().sort();
}

/** A URL begins with a scheme of at least two letters: one letter is a drive of Windows. */
const SCHEME = /^[a-z][a-z\d+.-]+:/i;
const FILE_NAME = /[\\/]|\.(db|sqlite3?)$/i;

/** The URL of a store that may be given as the path of a SQLite file. */
function urlOf(given: string, folder: string): string {
  const isPath =
    !SCHEME.test(given) && (FILE_NAME.test(given) || existsSync(resolve(folder, given)));
  return isPath ? `sqlite:${given}` : given;
}

/** The store that `--store` or the environment names. */
export function namedStore({ globals, host }: Session): string | undefined {
  const given = globals.store ?? host.environment.CACHED_LLM_STORE;
  return given ? urlOf(given, host.folder) : undefined;
}

/**
 * The URL of the store that is named, else of the only database in the usual places: then stderr says which one it is.
 * Undefined where there is none.
 *
 * @throws {UsageFailure} where none is named, and more than one is there
 */
export async function foundStoreUrl(session: Session): Promise<string | undefined> {
  const named = namedStore(session);
  if (named !== undefined) return named;
  const { folder, stderr } = session.host;
  const [path, ...others] = await usualDatabases(folder);
  if (path === undefined) return undefined;
  if (others.length > 0) {
    const all = [path, ...others].join(', ');
    throw new UsageFailure(`Several databases are here: ${all}. Name one, as in --store ${path}.`);
  }
  stderr.write(`The store is ${visibleText(path)}, because no other one is named.\n`);
  return `sqlite:${path}`;
}

/** {@link foundStoreUrl}. @throws {UsageFailure} where there is none, too */
export async function storeUrl(session: Session): Promise<string> {
  const url = await foundStoreUrl(session);
  if (url === undefined) throw new UsageFailure(NO_STORE);
  return url;
}

const SQLITE = 'sqlite:';

/** The path of a SQLite file. Undefined for any other store, and for the file in the user's cache folder. */
export function sqlitePath(url: string, folder: string): string | undefined {
  if (!url.startsWith(SQLITE)) return undefined;
  const path = url.slice(SQLITE.length).replace(/^\/\//, '');
  return path === '' || path === ':memory:' ? undefined : resolve(folder, path);
}

/** The same URL, where a relative path begins in the folder of the host. */
export function resolvedUrl(url: string, folder: string): string {
  const path = sqlitePath(url, folder);
  return path === undefined ? url : SQLITE + path;
}
