import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { LlmCacheError } from '@cached-llm/core';
import { refuseUnknownOptions } from '@cached-llm/core/store';
import { isDriverName, type SqliteDriverName } from './driver/index.ts';

/** Options of `sqliteStore`: the file, its driver and its bounds. */
export interface SqliteStoreOptions {
  /**
   * The file, made with its folders at the first use; `:memory:` stores everything in this process.
   * @default `cached-llm/cache.db` in the user's cache folder
   */
  readonly path?: string;
  /**
   * False for a store that is only read: where there is no file, each operation rejects with the code `ENOENT`.
   * @default true
   */
  readonly create?: boolean;
  /**
   * Milliseconds that a statement waits while another process writes, at least 1000.
   * @default 2000
   */
  readonly busyTimeout?: number;
  /**
   * Bytes that the file may grow to without its write-ahead log, at least 1 MiB. A full file evicts rows: those that
   * have expired, then the least recently used. A value larger than the file is not stored, and `set` returns false.
   * @default unbounded: rows leave by their ttl
   */
  readonly maxBytes?: number;
  /**
   * `sqlite3` is the package of this name, with its compiled addon, under `@keyv/sqlite`; `node:sqlite` is a part of
   * Node.js 22.13 and newer. Both use the same files.
   * @default `sqlite3` where it is installed and built, else `node:sqlite`
   */
  readonly driver?: SqliteDriverName | undefined;
}

const OPTIONS: ReadonlySet<string> = new Set<keyof SqliteStoreOptions>([
  ...(['path', 'create', 'busyTimeout', 'maxBytes', 'driver'] as const),
]);

export interface SqliteSettings {
  readonly path: string;
  readonly create: boolean;
  readonly busyTimeout: number;
  readonly maxBytes: number | undefined;
  readonly driver: SqliteDriverName | undefined;
}

interface Host {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: string;
}

const MEBIBYTE = 1024 * 1024;

function invalidOption(sentence: string): LlmCacheError {
  return new LlmCacheError('INVALID_OPTION', `sqliteStore: ${sentence}`);
}

const thisHost = (): Host => ({
  environment: process.env,
  home: homedir(),
  platform: process.platform,
});

function cacheFolder({ environment, home, platform }: Host): string {
  if (platform === 'win32') return environment.LOCALAPPDATA ?? join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Caches');
  const given = environment.XDG_CACHE_HOME;
  // The XDG specification says to ignore a relative path.
  return given !== undefined && isAbsolute(given) ? given : join(home, '.cache');
}

/** The file in the user's own cache folder, which all projects of this user share. */
export function defaultPath(host: Host = thisHost()): string {
  return join(cacheFolder(host), 'cached-llm', 'cache.db');
}

function absolutePath(path: unknown): string {
  if (typeof path !== 'string') {
    throw invalidOption(`\`path\` is of type ${typeof path}; it must be a string.`);
  }
  if (path === '') throw invalidOption('`path` is empty; name a file, or leave it out.');
  if (path.includes('\0')) throw invalidOption('`path` has a character NUL; name a file.');
  if (/^file:/i.test(path)) {
    throw invalidOption(
      `\`path\` is the URL ${JSON.stringify(path)}; name the file itself, as in './llm.db'.`,
    );
  }
  // Resolved now, so that a later change of the working folder does not move the cache.
  return path === ':memory:' ? path : resolve(path);
}

/** @throws LlmCacheError `INVALID_OPTION` */
export function resolveOptions(options: string | SqliteStoreOptions): SqliteSettings {
  const given: SqliteStoreOptions = typeof options === 'string' ? { path: options } : options;
  if (typeof given !== 'object' || given === null) {
    throw invalidOption(`the first argument is of type ${typeof given}; write a path or options.`);
  }
  refuseUnknownOptions(given, OPTIONS);
  const { path = defaultPath(), create = true, busyTimeout = 2000, maxBytes, driver } = given;
  if (!Number.isSafeInteger(busyTimeout) || busyTimeout < 1000) {
    throw invalidOption(
      `\`busyTimeout\` is ${busyTimeout}; it must be whole milliseconds, at least 1000.`,
    );
  }
  if (maxBytes !== undefined && !(Number.isSafeInteger(maxBytes) && maxBytes >= MEBIBYTE)) {
    throw invalidOption(
      `\`maxBytes\` is ${maxBytes}; it must be whole bytes, at least ${MEBIBYTE} (1 MiB).`,
    );
  }
  if (typeof create !== 'boolean') {
    throw invalidOption(`\`create\` is of type ${typeof create}; it must be true or false.`);
  }
  if (driver !== undefined && !isDriverName(driver)) {
    throw invalidOption(
      `\`driver\` is ${JSON.stringify(driver)}; it must be 'sqlite3' or 'node:sqlite'.`,
    );
  }
  // SQLite reads a larger number as a negative one, and would not wait at all.
  const milliseconds = Math.min(busyTimeout, 2 ** 31 - 1);
  return { path: absolutePath(path), create, busyTimeout: milliseconds, maxBytes, driver };
}
