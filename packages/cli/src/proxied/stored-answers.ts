import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CacheOptions, createLlmCache, type LlmCache } from '@cached-llm/core';
import { openStore, optionsFromEnvironment, visibleText } from '@cached-llm/core/store';
import type { Session } from '../command-line/index.ts';
import {
  cacheOptions,
  foundStoreUrl,
  maskedUrl,
  openStoreAt,
  resolvedUrl,
  sqlitePackage,
} from '../store/index.ts';

/** Where answers are stored if nobody says where: `stats` and the other commands look there, too. */
const OWN_FOLDER = '.cached-llm';
const OWN_STORE = `${OWN_FOLDER}/llm.db`;

const INSTALL = 'npm install @cached-llm/store-sqlite';

/** A folder that is in no repository, because the answers of models may hold anything. */
async function ownStore({ host }: Session): Promise<string> {
  const folder = join(host.folder, OWN_FOLDER);
  await mkdir(folder, { mode: 0o700 }).catch(() => {}); // it is there already, or the store says what is wrong
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => {}); // it is there already
  host.stderr.write(`The answers are stored in ./${OWN_STORE}, because no store is named.\n`);
  return `sqlite:${OWN_STORE}`;
}

/** The store that is named or found, else a file of its own, else memory where there is no SQLite. */
async function storeUrlFor(session: Session): Promise<string> {
  const found = await foundStoreUrl(session);
  if (found !== undefined) return found;
  try {
    await sqlitePackage();
  } catch {
    session.host.stderr.write(
      `The answers are in memory, and are gone at the end. To store them in a file: ${INSTALL}, or name a --store.\n`,
    );
    return 'memory:';
  }
  return ownStore(session);
}

/** Answers that are stored for the next time. */
export interface StoredAnswers {
  readonly cache: LlmCache;
  /** Without a password, so that it can be shown. */
  readonly url: string;
}

/** Opens the store, and a cache over it as a program has one: no call waits long for a store that is away. */
export async function openStoredAnswers(
  session: Session,
  options: Pick<CacheOptions, 'ttl'>,
): Promise<StoredAnswers> {
  const { host } = session;
  const given = await storeUrlFor(session);
  const url = resolvedUrl(given, host.folder);
  const { mode } = optionsFromEnvironment(host.environment);
  const { storeTimeout: _, ttl, ...common } = await cacheOptions(session);
  const store = url === 'memory:' ? openStore(url) : await openStoreAt(url, 'may-create');
  const cache = createLlmCache({
    ...common,
    mode,
    ttl: options.ttl ?? ttl,
    live: common.live ?? true, // the user has no code in which to turn it on
    store,
    now: host.now,
  });
  cache.on('store-error', ({ operation, reason, isPermanent }) => {
    if (isPermanent) host.stderr.write(`${operation}: ${visibleText(reason)}\n`);
  });
  return { cache, url: maskedUrl(given) };
}
