import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CacheOptions, createLlmCache, type LlmCache, LlmCacheError } from '@cached-llm/core';
import { openStore, optionsFromEnvironment, pause, type Store } from '@cached-llm/core/store';
import type { Session } from '../command-line/index.ts';
import { Failure, fileFailure, type Host } from '../terminal/index.ts';
import { failureText } from './failure.ts';
import { resolvedUrl, storeUrl } from './locate.ts';

/** Must the store exist? A command that only reads must not create a file where a name was mistyped. */
type Existence = 'must-exist' | 'may-create';

const SQLITE = '@cached-llm/store-sqlite';
const INSTALL = ['npm install', 'pnpm add', 'yarn add'].map((verb) => `${verb} ${SQLITE}`);

/** The package beside this program, else that of the project: who uses Redis alone installs no SQLite. */
export async function sqlitePackage(): Promise<typeof import('@cached-llm/store-sqlite')> {
  try {
    return await import('@cached-llm/store-sqlite');
  } catch (error) {
    if (!String(error).includes(`'${SQLITE}'`)) throw error;
  }
  const project = createRequire(join(process.cwd(), 'index.js'));
  try {
    return await import(pathToFileURL(project.resolve(SQLITE)).href);
  } catch (cause) {
    const remedy = `Install it: ${INSTALL.join(', or ')}.`;
    throw new Failure(`A store of 'sqlite:' needs the package ${SQLITE}. ${remedy}`, { cause });
  }
}

async function openSqlite(url: string, existence: Existence): Promise<Store> {
  const path = url.slice('sqlite:'.length).replace(/^\/\//, '');
  const isFile = path !== '' && path !== ':memory:';
  if (existence === 'must-exist' && isFile && !existsSync(path)) {
    throw new Failure(`There is no file ${path}.`);
  }
  const { openStore: open } = await sqlitePackage();
  return open(url, { create: existence === 'may-create' });
}

async function openRedis(url: string): Promise<Store> {
  const { openStore: open } = await import('@cached-llm/store-redis');
  return open(url);
}

/** The program's own copies of the store packages: in strict `node_modules`, core cannot import them. */
const OPENERS: ReadonlyMap<string, typeof openSqlite> = new Map([
  ['sqlite', openSqlite],
  ['redis', openRedis],
  ['rediss', openRedis],
  ['valkey', openRedis],
  ['valkeys', openRedis],
]);

/** @throws {LlmCacheError} `UNKNOWN_STORE` */
export async function openStoreAt(url: string, existence: Existence): Promise<Store> {
  const open = OPENERS.get(url.slice(0, Math.max(0, url.indexOf(':'))));
  return open === undefined ? openStore(url) : open(url, existence);
}

/** The URL of a store without the password in it, also where the URL is malformed. */
export function maskedUrl(url: string): string {
  const end = url.lastIndexOf('@');
  const start = /^[\w+.-]+:\/\//.exec(url)?.[0].length;
  if (start === undefined || end < start) return url;
  const user = url.slice(start, end).split(':')[0] ?? '';
  return `${url.slice(0, start)}${user}:***${url.slice(end)}`;
}

/** The namespace that `--namespace` or the environment names. */
export function namespaceOf({ globals, host }: Session): string {
  return globals.namespace ?? host.environment.CACHED_LLM_NAMESPACE ?? 'cached-llm';
}

export interface OpenedCache {
  readonly cache: LlmCache;
  readonly store: Store;
  /** Without a password, so that it can be shown. */
  readonly url: string;
}

/** How long a store may take for its first answer, in milliseconds. */
const REACH_TIMEOUT = 1_500;

async function secretsIn(path: string | undefined): Promise<Pick<CacheOptions, 'secrets'>> {
  if (path === undefined) return {};
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw fileFailure(`The secrets in ${path} cannot be read`, cause);
  });
  return { secrets: text.split(/\r?\n/).filter((line) => line !== '') };
}

/** A slow store must not look like an empty one, and a person waits longer than a call: hence the timeout. */
export async function cacheOptions({ host, globals }: Session): Promise<CacheOptions> {
  const environment = optionsFromEnvironment(host.environment);
  const { namespace = environment.namespace } = globals;
  const secrets = await secretsIn(globals.secretFile);
  return { ...environment, ...secrets, namespace, mode: 'read-write', storeTimeout: '30s' };
}

async function reach({ store, url }: OpenedCache, secretUrl: string): Promise<void> {
  const silence = pause(REACH_TIMEOUT, { ref: false }).then(() => {
    throw new Error('it does not answer');
  });
  try {
    await Promise.race([store.get('cached-llm:probe'), silence]);
  } catch (error) {
    const reason = failureText(error).replaceAll(secretUrl, url);
    throw new Failure(`${url} cannot be reached: ${reason}`, { cause: error });
  }
}

/**
 * Opens the store and a cache over it, and closes both after use, whatever happens.
 *
 * @throws {Failure} where the store cannot be reached, or failed meanwhile
 */
export async function withCache<Result>(
  session: Session,
  existence: Existence,
  use: (opened: OpenedCache) => Promise<Result>,
): Promise<Result> {
  const given = await storeUrl(session);
  const options = await cacheOptions(session);
  const store = await openStoreAt(resolvedUrl(given, session.host.folder), existence);
  const cache = createLlmCache({ ...options, store, now: session.host.now });
  const errors = new Set<string>();
  cache.on('store-error', ({ operation, reason }) => errors.add(`${operation} (${reason})`));
  try {
    const opened = { cache, store, url: maskedUrl(given) };
    await reach(opened, given);
    const result = await use(opened);
    if (errors.size > 0) throw new Failure(`The store failed: ${[...errors].join(', ')}.`);
    return result;
  } finally {
    await cache.close();
  }
}

/** The error with which a cache would refuse this environment. */
export async function environmentProblem({ environment }: Host): Promise<string | undefined> {
  try {
    await createLlmCache({ ...optionsFromEnvironment(environment), store: 'memory:' }).close();
    return undefined;
  } catch (error) {
    if (error instanceof LlmCacheError) return error.message;
    throw error;
  }
}
