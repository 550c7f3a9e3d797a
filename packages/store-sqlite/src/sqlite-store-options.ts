import { resolve } from 'node:path';
import { LlmCacheError } from '@cached-llm/core';
import { defaultPath } from './default-path.ts';

export interface SqliteStoreOptions {
  /**
   * The file, made with its folders at the first use; `:memory:` keeps everything in this process.
   * @default `cached-llm/cache.db` in the user's cache folder
   */
  readonly path?: string;
  /**
   * Milliseconds that a statement waits while another process writes, 1000 at least.
   * @default 2000
   */
  readonly busyTimeout?: number;
  /**
   * Bytes the file may grow to, 1 MiB at least, its log beside it not counted. A full file makes room: expired
   * rows go first, then those least recently used. A larger value is not kept, and `set` says false.
   * @default unbounded: rows leave by their ttl
   */
  readonly maxBytes?: number;
}

export interface SqliteSettings {
  readonly path: string;
  readonly busyTimeout: number;
  readonly maxBytes: number | undefined;
}

const MEBIBYTE = 1024 * 1024;

function invalid(sentence: string): LlmCacheError {
  return new LlmCacheError('INVALID_OPTION', `sqliteStore: ${sentence}`);
}

function locate(path: string): string {
  if (path === '') throw invalid('`path` is empty; name a file, or leave it out.');
  // Resolved now, so that a later change of the working folder does not move the cache.
  return path === ':memory:' ? path : resolve(path);
}

/** @throws LlmCacheError `INVALID_OPTION` */
export function resolveOptions(options: string | SqliteStoreOptions): SqliteSettings {
  const given: SqliteStoreOptions = typeof options === 'string' ? { path: options } : options;
  const { path = defaultPath(), busyTimeout = 2000, maxBytes } = given;
  if (typeof path !== 'string') throw invalid(`\`path\` is ${typeof path}; it is a string.`);
  if (!Number.isSafeInteger(busyTimeout) || busyTimeout < 1000) {
    throw invalid(`\`busyTimeout\` is ${busyTimeout}; it is whole milliseconds, 1000 at least.`);
  }
  if (maxBytes !== undefined && !(Number.isSafeInteger(maxBytes) && maxBytes >= MEBIBYTE)) {
    throw invalid(`\`maxBytes\` is ${maxBytes}; it is whole bytes, ${MEBIBYTE} (1 MiB) at least.`);
  }
  return { path: locate(path), busyTimeout, maxBytes };
}
