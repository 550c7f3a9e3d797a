import { existsSync } from 'node:fs';
import { openStore, type Store } from '@cached-llm/core';
import { Failure } from '../terminal/exit.ts';

/** A reader must not make a file where a name was mistyped. */
export type Purpose = 'look' | 'fill';

async function openSqlite(url: string, purpose: Purpose): Promise<Store> {
  const path = url.slice('sqlite:'.length).replace(/^\/\//, '');
  const isFile = path !== '' && path !== ':memory:';
  if (purpose === 'look' && isFile && !existsSync(path))
    throw new Failure(`There is no file ${path}.`);
  const { openStore: open } = await import('@cached-llm/store-sqlite');
  return open(url);
}

async function openRedis(url: string): Promise<Store> {
  const { openStore: open } = await import('@cached-llm/store-redis');
  return open(url);
}

/** The program's own packages, which core does not see from where it lies in strict layouts. */
const OPENERS: ReadonlyMap<string, (url: string, purpose: Purpose) => Promise<Store>> = new Map([
  ['sqlite', openSqlite],
  ['redis', openRedis],
  ['rediss', openRedis],
  ['valkey', openRedis],
  ['valkeys', openRedis],
]);

/** @throws {LlmCacheError} `UNKNOWN_STORE` */
export async function openedStore(url: string, purpose: Purpose): Promise<Store> {
  const open = OPENERS.get(url.slice(0, Math.max(0, url.indexOf(':'))));
  return open === undefined ? openStore(url) : open(url, purpose);
}
